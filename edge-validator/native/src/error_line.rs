//! Errors for the log.

use std::error::Error;

/// The error with its causes, on one line. Libraries keep the cause that helps the operator, such
/// as a refused connection, in the last of them.
pub(crate) fn error_line(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::error_line;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Layer(&'static str, #[source] Option<Box<Layer>>);

    #[test]
    fn every_cause_is_on_the_line() {
        let inner = Layer("refused", None);
        let outer = Layer("no call", Some(Box::new(Layer("no connection", Some(Box::new(inner))))));
        assert_eq!(error_line(&outer), "no call: no connection: refused");
        assert_eq!(error_line(&io::Error::other("alone")), "alone");
    }
}
