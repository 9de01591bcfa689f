//! A small travel API with its own book. It knows nothing of writs: a holder of its key may do
//! anything.

use super::{is_allowed, path_and_query, problem};
use crate::http::{LoopbackServer, ReceivedRequest, ServerReply};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The flights there are: number, from, to, date.
const FLIGHTS: [(&str, &str, &str, &str); 6] = [
    ("ED100", "JFK", "LHR", "2026-05-10"),
    ("ED102", "JFK", "LHR", "2026-05-10"),
    ("ED104", "JFK", "LHR", "2026-05-11"),
    ("ED200", "JFK", "CDG", "2026-05-10"),
    ("ED300", "LHR", "JFK", "2026-05-10"),
    ("ED400", "SFO", "NRT", "2026-05-10"),
];

/// A line of the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Booking {
    /// The passenger.
    pub user: String,
    /// The number of seats.
    pub seats: u64,
    /// On which flight.
    pub flight: String,
}

/// The API.
#[derive(Clone, Debug)]
pub struct Travel {
    server: LoopbackServer,
    book: Arc<Mutex<Vec<Booking>>>,
    mood: Arc<Mutex<Mood>>,
}

/// The manner in which the API answers.
#[derive(Clone, Debug, Default)]
pub enum Mood {
    /// As it should.
    #[default]
    Fine,
    /// The API does as requested and then answers 503: a client that repeats the request has it
    /// done twice.
    Stumbling,
    /// The API redirects every request to this URL.
    Redirecting(String),
}

impl Travel {
    /// The key that it asks for.
    pub const KEY: &str = "travel-secret";

    /// Starts the API with an empty book.
    ///
    /// # Errors
    /// If no address can be bound.
    pub fn start() -> Result<Self> {
        let book = Arc::new(Mutex::new(Vec::new()));
        let mood = Arc::new(Mutex::new(Mood::Fine));
        let (its_book, its_mood) = (Arc::clone(&book), Arc::clone(&mood));
        let server = LoopbackServer::start(move |arrival| {
            let reply = answer(arrival, &its_book);
            let mood = lock(&its_mood).clone();
            in_mood(&mood, reply)
        })?;
        Ok(Self { server, book, mood })
    }

    /// Changes the manner in which the API answers later requests.
    pub fn set_mood(&self, mood: Mood) {
        *lock(&self.mood) = mood;
    }

    /// The book of the API.
    #[must_use]
    pub fn book(&self) -> Vec<Booking> {
        lock(&self.book).clone()
    }

    /// The server behind it, with everything that arrived.
    #[must_use]
    pub fn server(&self) -> &LoopbackServer {
        &self.server
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn in_mood(mood: &Mood, reply: ServerReply) -> ServerReply {
    match mood {
        Mood::Fine => reply,
        Mood::Stumbling => problem(503, "something broke, but only after it was done"),
        Mood::Redirecting(to) => {
            let mut reply = problem(302, "look elsewhere");
            reply.headers.push(("location".into(), to.as_bytes().to_vec()));
            reply
        }
    }
}

fn answer(arrival: &ReceivedRequest, book: &Mutex<Vec<Booking>>) -> ServerReply {
    if !is_allowed(arrival, Travel::KEY) {
        return problem(401, "this needs the API key");
    }
    let (path, query) = path_and_query(&arrival.target);
    match (arrival.method.as_str(), path.as_str()) {
        ("GET", "/flights") => ServerReply::json(200, &flights(&query)),
        ("POST", "/bookings") => enter(arrival, book),
        ("GET", "/book") => ServerReply::json(200, &json!({"bookings": *lock(book)})),
        ("DELETE", "/book") => {
            lock(book).clear();
            ServerReply::json(200, &json!({"bookings": []}))
        }
        ("GET", path) if path.starts_with("/admin") => ServerReply::json(200, &json!({"customers": ["X", "Y"]})),
        _ => problem(404, "there is no such thing"),
    }
}

fn flights(query: &str) -> Value {
    let wanted = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(own, _)| *own == name)
            .map(|(_, value)| value)
            .next_back()
    };
    let fits = |name, value| wanted(name).is_none_or(|wanted| wanted == value);
    let found = FLIGHTS
        .iter()
        .filter(|(_, from, to, date)| fits("from", *from) && fits("to", *to) && fits("date", *date));
    let found = found.map(|(flight, from, to, date)| json!({"flight": flight, "from": from, "to": to, "date": date}));
    json!({"flights": found.collect::<Vec<_>>()})
}

fn enter(arrival: &ReceivedRequest, book: &Mutex<Vec<Booking>>) -> ServerReply {
    #[derive(Deserialize)]
    struct Order {
        passenger: Passenger,
        seats: u64,
        #[serde(default = "first_flight")]
        flight: String,
    }
    #[derive(Deserialize)]
    struct Passenger {
        user: String,
    }
    let Ok(order) = serde_json::from_slice::<Order>(arrival.body.as_deref().unwrap_or_default()) else {
        return problem(400, "this is no order");
    };
    let booking = Booking {
        user: order.passenger.user,
        seats: order.seats,
        flight: order.flight,
    };
    let mut book = lock(book);
    book.push(booking.clone());
    ServerReply::json(200, &json!({"booking": book.len(), "booked": booking}))
}

fn first_flight() -> String {
    "ED100".into()
}
