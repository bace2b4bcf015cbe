//! What the kernel tells by itself: screens that come and go, and a network whose state changes.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::netlink::{KOBJECT_UEVENT, SocketAddrNetlink};
use rustix::net::{AddressFamily, Protocol, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};

/// The multicast group of the kernel's own messages about devices.
const DEVICES: u32 = 1;
/// Links, and addresses and routes of both families: `RTMGRP_*` of rtnetlink(7).
const NETWORK: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// The kernel's word on screens and network.
#[derive(Debug)]
pub struct KernelNews {
    devices: Option<Socket>,
    network: Option<Socket>,
}

impl KernelNews {
    /// Listens from now on; what the system refuses to tell, as a sandbox without netlink does, stays unheard.
    pub fn listen() -> Self {
        let devices = Socket::open(Some(KOBJECT_UEVENT), DEVICES)
            .inspect_err(|error| tracing::warn!(%error, "the kernel cannot tell of screens; looking for them instead"))
            .ok();
        // No protocol is protocol 0, `NETLINK_ROUTE`.
        let network = Socket::open(None, NETWORK)
            .inspect_err(|error| tracing::warn!(%error, "the kernel cannot tell of the network; asking in time"))
            .ok();
        Self { devices, network }
    }

    /// Hears nothing.
    pub fn none() -> Self {
        Self { devices: None, network: None }
    }

    /// Whether screens are told of.
    pub fn tells_of_screens(&self) -> bool {
        self.devices.is_some()
    }

    pub(super) fn devices(&self) -> Option<BorrowedFd<'_>> {
        self.devices.as_ref().map(|socket| socket.0.as_fd())
    }

    pub(super) fn network(&self) -> Option<BorrowedFd<'_>> {
        self.network.as_ref().map(|socket| socket.0.as_fd())
    }

    /// Reads what was told of devices; whether a screen may have changed.
    pub(super) fn have_screens_changed(&self) -> bool {
        self.devices.as_ref().is_some_and(|socket| socket.has(is_about_screens))
    }

    /// Reads what was told of the network; whether anything was.
    pub(super) fn has_network_changed(&self) -> bool {
        self.network.as_ref().is_some_and(|socket| socket.has(|_| true))
    }
}

#[derive(Debug)]
struct Socket(OwnedFd);

impl Socket {
    fn open(protocol: Option<Protocol>, groups: u32) -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, protocol)?;
        bind(&socket, &SocketAddrNetlink::new(0, groups))?;
        Ok(Self(socket))
    }

    /// Reads everything; whether there was a message of this kind.
    fn has(&self, is_wanted: impl Fn(&[u8]) -> bool) -> bool {
        let mut message = [0_u8; 4096];
        let mut found = false;
        loop {
            match recv(&self.0, &mut message, RecvFlags::empty()) {
                Ok((length, _)) => found |= message.get(..length).is_some_and(&is_wanted),
                Err(Errno::INTR) => {}
                // Messages were lost; one may have been ours.
                Err(Errno::NOBUFS) => found = true,
                Err(_) => return found,
            }
        }
    }
}

/// Whether a message of the kernel is about graphics: `change@/devices/…` and lines ended by zeros.
fn is_about_screens(message: &[u8]) -> bool {
    message.split(|byte| *byte == 0).any(|line| line == b"SUBSYSTEM=drm" || line == b"SUBSYSTEM=graphics")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_about_graphics_count() {
        let hdmi = b"change@/devices/platform/display/drm/card0\0ACTION=change\0SUBSYSTEM=drm\0HOTPLUG=1\0";
        assert!(is_about_screens(hdmi));
        assert!(!is_about_screens(b"add@/devices/usb1\0ACTION=add\0SUBSYSTEM=usb\0"));
        assert!(!is_about_screens(b""));
    }
}
