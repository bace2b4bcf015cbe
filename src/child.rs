//! Programs of somebody else's that we start: a film's player and the voice. They run as our user and see neither the
//! sign-in nor the order where the kernel can keep them from it.

mod confine;

use std::io;
use std::path::Path;

use tokio::process::{Child, Command};

use confine::Kept;

/// Starts a program away from what is hidden. One that cannot be kept away runs all the same: a film that a member has
/// paid for is not refused for a kernel without Landlock. Needs a running tokio runtime.
pub(crate) fn spawn(mut command: Command, hidden: Option<&Path>) -> io::Result<Child> {
    let Some(hidden) = hidden else { return command.spawn() };
    // The child is waited for by this runtime, whichever thread starts it.
    let runtime = tokio::runtime::Handle::current();
    let confined = confine::without(hidden, || {
        let _context = runtime.enter();
        command.spawn()
    });
    match confined {
        Ok((child, Kept::Away)) => child,
        Ok((child, Kept::Within)) => {
            tracing::warn!("this kernel has no Landlock: the program could read the sign-in");
            child
        }
        Err(error) => {
            tracing::warn!(%error, "the program could not be kept from the sign-in");
            command.spawn()
        }
    }
}

/// Whether this kernel keeps a program from what is hidden.
#[cfg(test)]
pub(crate) fn can_hide(hidden: &Path) -> bool {
    matches!(confine::without(hidden, || ()), Ok(((), Kept::Away)))
}
