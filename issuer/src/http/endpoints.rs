//! Routes whose handlers state their caller. A handler without a caller as its first argument does
//! not compile here.

use super::extract::callers::{AdmitsCaller, AdmittedCaller};
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

/// A route and the caller that it admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteAccess {
    /// The method.
    pub method: Method,
    /// The path, with names in braces for its parameters.
    pub path: &'static str,
    /// The caller.
    pub caller: AdmittedCaller,
}

/// The arguments of a handler, the first of which admits a caller.
pub(super) trait CallerFirst {
    /// The caller.
    const CALLER: AdmittedCaller;
}

macro_rules! caller_first {
    ($($argument:ident),*) => {
        impl<M, C: AdmitsCaller, $($argument),*> CallerFirst for (M, C, $($argument,)*) {
            const CALLER: AdmittedCaller = C::CALLER;
        }
    };
}

caller_first!();
caller_first!(A);
caller_first!(A, B);
caller_first!(A, B, D);
caller_first!(A, B, D, E);

/// Routes, and the caller of each.
pub(super) struct Endpoints<S> {
    router: Router<S>,
    access: Vec<RouteAccess>,
}

impl<S: Clone + Send + Sync + 'static> Endpoints<S> {
    pub(super) fn new() -> Self {
        Self {
            router: Router::new(),
            access: Vec::new(),
        }
    }

    pub(super) fn get<H: Handler<T, S>, T: CallerFirst + 'static>(self, path: &'static str, handler: H) -> Self {
        self.add((MethodFilter::GET, Method::GET), path, handler)
    }

    pub(super) fn post<H: Handler<T, S>, T: CallerFirst + 'static>(self, path: &'static str, handler: H) -> Self {
        self.add((MethodFilter::POST, Method::POST), path, handler)
    }

    pub(super) fn put<H: Handler<T, S>, T: CallerFirst + 'static>(self, path: &'static str, handler: H) -> Self {
        self.add((MethodFilter::PUT, Method::PUT), path, handler)
    }

    pub(super) fn delete<H: Handler<T, S>, T: CallerFirst + 'static>(self, path: &'static str, handler: H) -> Self {
        self.add((MethodFilter::DELETE, Method::DELETE), path, handler)
    }

    fn add<H, T>(mut self, (filter, method): (MethodFilter, Method), path: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: CallerFirst + 'static,
    {
        let caller = T::CALLER;
        self.access.push(RouteAccess { method, path, caller });
        self.map_router(|router| router.route(path, on(filter, handler)))
    }

    /// The routes of both.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.access.extend(other.access);
        self.map_router(|router| router.merge(other.router))
    }

    /// Adds layers and fallbacks around the routes.
    pub(super) fn map_router(self, map: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        Self {
            router: map(self.router),
            access: self.access,
        }
    }

    pub(super) fn into_router(self) -> Router<S> {
        self.router
    }

    pub(super) fn into_access(self) -> Vec<RouteAccess> {
        self.access
    }
}
