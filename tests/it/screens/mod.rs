//! What the picture costs and what it does not do: drawn by the renderer of the box, in memory.
//!
//! View-models and pictures come from the program, which a script of keys has led there. The numbers are device pixels
//! of a 1920x1080 screen; a box of the Cortex-A53 class draws the budget of a focus move well within a frame.

mod cost;
pub(crate) mod quality;
pub(crate) mod stage;
