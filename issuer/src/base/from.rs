//! Errors that hold others.

/// Makes `?` work: `from!(AgentError: Store(StoreError), ..)` turns a `StoreError` into
/// `AgentError::Store`.
macro_rules! from {
    ($of:ty: $($variant:ident($error:ty)),* $(,)?) => {
        $(impl From<$error> for $of {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

pub(crate) use from;
