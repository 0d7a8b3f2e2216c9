//! How a command's output looks.

/// What is known of the place that a command prints to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether it is coloured.
    pub colour: bool,
    /// Its columns.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Look { colour: false, width: 110 }
    }
}
