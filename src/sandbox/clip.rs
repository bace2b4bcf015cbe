//! The one clip that every rented film plays.

/// The clip's media type.
pub(crate) const MEDIA_TYPE: &str = "video/webm";

/// The clip.
pub(crate) static BYTES: &[u8] = include_bytes!("../../assets/sandbox/clip.webm");
