//! The command line of uptospec. What the commands do lives in the library's `cli` room.

use uptospec::cli::{self, Exit};

fn main() -> Exit {
    cli::main()
}
