//! The one clip that every rented film plays.

/// The clip's media type.
pub(crate) const MEDIA_TYPE: &str = "video/webm";

/// The clip.
pub(crate) static BYTES: &[u8] = &[0x1A; 4096];
