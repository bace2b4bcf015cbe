//! The window's side of the program: the loop's one turn, pictures and their decoding, what a device is called.

pub mod decode;
pub mod device;
pub mod finish;
pub mod heap;
mod kept;
mod pictures;
mod pixels;
mod run;
mod speech;

pub use run::{Parts, Shell, StartError};
