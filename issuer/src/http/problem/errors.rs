//! The problem as which each error of the domain is answered.

use super::{Code, Problem};
use crate::agents::AgentError;
use crate::base::id::NoRandomness;
use crate::base::json_document::ReadError;
use crate::base::rfc3339;
use crate::data::backup::BackupError;
use crate::edges::spend::SpendError;
use crate::keyring::RotateError;
use crate::registry::RegisterError;
use crate::sessions::LoginError;
use crate::store::StoreError;
use crate::tasks::lifecycle::StartError;
use crate::tasks::report::ReportError;
use crate::tokens::bundle::BuildBundleError;
use crate::tokens::mint::MintError;
use crate::tokens::revoke::RevokeError;

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Json(error) => Self::new(Code::MalformedJson).detail(error.to_string()),
            ReadError::Shape(faults) => Self::new(Code::InvalidRequest).faults(faults),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(Code::Unavailable).inside(error.to_string())
    }
}

impl From<NoRandomness> for Problem {
    fn from(error: NoRandomness) -> Self {
        Self::new(Code::Unavailable).inside(error.to_string())
    }
}

impl From<BuildBundleError> for Problem {
    fn from(error: BuildBundleError) -> Self {
        Self::new(Code::Unavailable).inside(error.to_string())
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Taken => Code::NameTaken.into(),
            RegisterError::Unknown => Code::NotFound.into(),
            RegisterError::UnknownEdge => Self::new(Code::NotFound).detail("there is no such edge"),
            RegisterError::Random(error) => error.into(),
            RegisterError::Store(error) => error.into(),
        }
    }
}

impl From<MintError> for Problem {
    fn from(error: MintError) -> Self {
        match &error {
            MintError::TooLong { .. } => Self::new(Code::WritTooLong).detail(error.to_string()),
            MintError::Unfaithful => Self::new(Code::Internal).inside(error.to_string()),
            MintError::Sign(_) => Self::new(Code::Unavailable).inside(error.to_string()),
        }
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Beyond(faults) => Self::new(Code::BeyondCeiling).faults(faults),
            StartError::NeverOpen(faults) => Self::new(Code::InvalidRequest).faults(faults),
            StartError::Exists => Code::TaskExists.into(),
            StartError::KeyReused => Code::KeyReused.into(),
            StartError::KeyExpired(task) => Self::new(Code::KeyExpired).task(task),
            StartError::Mint(error) => error.into(),
            StartError::Store(error) => error.into(),
            StartError::Random(error) => error.into(),
            StartError::ClientEnded => Code::Unauthorized.into(),
            StartError::Cut => Self::cut(),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NoTask => Self::new(Code::NotFound).detail("no client has such a task"),
            ReportError::Ambiguous => {
                let which = "several clients have such a task: name the client";
                Self::new(Code::NotFound).detail(which)
            }
            ReportError::Store(error) => error.into(),
        }
    }
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::TooMany(seconds) => Self::new(Code::RateLimited).retry_after(seconds),
            LoginError::Unauthorized => Code::Unauthorized.into(),
            LoginError::Store(error) => error.into(),
            LoginError::Random(error) => error.into(),
        }
    }
}

impl From<AgentError> for Problem {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Unauthorized(why) => Self::new(Code::Unauthorized).inside(why),
            AgentError::Invalid(expected) => Self::new(Code::InvalidRequest).detail(expected),
            AgentError::Ttl(expected) => Self::new(Code::InvalidTtl).detail(expected),
            AgentError::Scope(why) => Self::new(Code::ScopeViolation).detail(why),
            AgentError::Forbidden(why) => Self::new(Code::Forbidden).detail(why),
            AgentError::NoAgent => Self::new(Code::NotFound).detail("there is no such agent"),
            AgentError::Cut => Self::cut(),
            AgentError::Mint(error) => error.into(),
            AgentError::Store(error) => error.into(),
            AgentError::Bundle(error) => error.into(),
            AgentError::Random(error) => error.into(),
        }
    }
}

impl From<BackupError> for Problem {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Exists(_) => Self::new(Code::NameTaken).detail(error.to_string()),
            BackupError::Directory(_) | BackupError::Database(_) => {
                Self::new(Code::Unavailable).detail(error.to_string())
            }
            BackupError::Record(error) => error.into(),
            BackupError::Stopped => Code::Internal.into(),
        }
    }
}

impl From<RotateError> for Problem {
    fn from(error: RotateError) -> Self {
        match error {
            RotateError::Early(from) => {
                let detail = format!("edges know the next key from {} on", rfc3339::write(from));
                Self::new(Code::TooEarly).detail(detail)
            }
            RotateError::Unknown => Self::new(Code::NotFound).detail("there is no such key, or it was dropped"),
            RotateError::Keys(error) => Self::new(Code::Unavailable).inside(error.to_string()),
        }
    }
}

impl From<RevokeError> for Problem {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::Ambiguous(_) => Self::new(Code::InvalidRequest).detail(error.to_string()),
            RevokeError::Store(error) => error.into(),
        }
    }
}

impl From<SpendError> for Problem {
    fn from(error: SpendError) -> Self {
        match error {
            SpendError::Writ(reason) => Self::new(Code::WritRefused).inside(reason.label()),
            SpendError::NotInWrit(id) => Self::new(Code::NotInWrit).inside(id),
            SpendError::UnknownBoot => Code::UnknownBoot.into(),
            SpendError::CounterReused => Code::CounterReused.into(),
            SpendError::Exhausted => Code::UsesExhausted.into(),
            SpendError::Bundle(error) => error.into(),
            SpendError::Store(error) => error.into(),
            SpendError::Random(error) => error.into(),
        }
    }
}
