//! The window's side of the program: the loop's one turn, pictures and their decoding, what a device is called.

pub mod decode;
#[cfg(feature = "ui")]
pub mod device;
pub mod finish;
pub mod heap;
#[cfg(feature = "ui")]
pub(crate) mod pictures;
#[cfg(feature = "ui")]
mod run;

#[cfg(feature = "ui")]
pub use run::{Parts, Shell, StartError};
