//! Closed sets of names.

/// An enumeration, each of whose variants has a name, and documentation that can be shown.
macro_rules! names {
    ($(#[$doc:meta])* $type:ident: $($(#[doc = $about:literal])* $name:ident = $text:literal,)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $type { $($(#[doc = $about])* $name,)* }

        impl $type {
            /// All names, in the order of their declaration.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name by which people know it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Documentation of the name.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($about),*),)* }
            }

            /// The one with this name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|own| own.as_str() == text)
            }
        }
    };
}

pub(crate) use names;
