//! Who learns when: the lecture's last slide, method by method.

/// The models of a method in the steps in which they learn, one step after the other; those of a step learn at once, in
/// one criterion or one game.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Learning {
    /// The models of each step, by their letters.
    pub steps: &'static [&'static [&'static str]],
    /// The same in words.
    pub words: &'static str,
}

/// In which of the last slide's two lists a method stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Company {
    /// In none: one model learns.
    Alone,
    /// Several models learn at once.
    Together,
    /// One model learns after the other.
    InSequence,
}

impl Learning {
    /// In which list it stands.
    pub fn company(&self) -> Company {
        match self.steps {
            [[_]] => Company::Alone,
            [_] => Company::Together,
            _ => Company::InSequence,
        }
    }
}

impl Company {
    /// What it is called on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Together => "together",
            Self::InSequence => "in sequence",
        }
    }

    /// The class of what is drawn and written of it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Together => "together",
            Self::InSequence => "in-sequence",
        }
    }
}
