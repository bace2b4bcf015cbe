//! The kernel's notifications: screens that come and go, and changes of the network.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::netlink::{KOBJECT_UEVENT, SocketAddrNetlink};
use rustix::net::{AddressFamily, Protocol, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};

/// The multicast group of the kernel's own messages about devices.
const DEVICES: u32 = 1;
/// Links, and addresses and routes of both families: `RTMGRP_*` of rtnetlink(7).
const NETWORK: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// The sockets for notifications about screens and the network.
#[derive(Debug)]
pub struct KernelNews {
    devices: Option<Socket>,
    network: Option<Socket>,
}

impl KernelNews {
    /// Listens from now on. A system without netlink, such as some containers, gives no notifications.
    pub fn listen() -> Self {
        let devices = Socket::open(Some(KOBJECT_UEVENT), DEVICES)
            .inspect_err(|error| tracing::warn!(%error, "no notifications about screens; polling instead"))
            .ok();
        // No protocol is protocol 0, `NETLINK_ROUTE`.
        let network = Socket::open(None, NETWORK)
            .inspect_err(|error| tracing::warn!(%error, "no notifications about the network; retrying by time alone"))
            .ok();
        Self { devices, network }
    }

    /// Without sockets: there are no notifications.
    pub fn none() -> Self {
        Self { devices: None, network: None }
    }

    /// Whether there are notifications about screens.
    pub fn tells_of_screens(&self) -> bool {
        self.devices.is_some()
    }

    pub(super) fn devices(&self) -> Option<BorrowedFd<'_>> {
        self.devices.as_ref().map(|socket| socket.0.as_fd())
    }

    pub(super) fn network(&self) -> Option<BorrowedFd<'_>> {
        self.network.as_ref().map(|socket| socket.0.as_fd())
    }

    /// Reads the notifications about devices.
    pub(super) fn screen_news(&self) -> ScreenNews {
        let (mut changes, mut plugs) = (0, 0);
        let is_told = self.devices.as_ref().is_some_and(|socket| {
            socket.has(|message| {
                changes += u32::from(is_about_screens(message));
                plugs += u32::from(is_about_plugs(message));
                is_about_screens(message)
            })
        });
        match (is_told, changes, plugs) {
            (false, ..) => ScreenNews::Nothing,
            // Messages were lost, or a television has left and come.
            (true, 0, _) | (true, _, 2..) => ScreenNews::Replugged,
            (true, ..) => ScreenNews::Changed,
        }
    }

    /// Reads the notifications about the network; returns the worst change.
    pub(super) fn network_change(&self) -> Option<NetworkChange> {
        let mut worst = None;
        let has_told = self.network.as_ref().is_some_and(|socket| {
            socket.has(|message| {
                worst = worst.max(network_changes(message).max());
                true
            })
        });
        // Lost messages may have been about anything, so the worst is assumed.
        if has_told { worst.or(Some(NetworkChange::Went)) } else { None }
    }
}

/// What the notifications about screens say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScreenNews {
    /// Nothing.
    #[default]
    Nothing,
    /// Something has changed.
    Changed,
    /// A plug has changed more than once: a television may have left and come in between.
    Replugged,
}

/// What happened to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NetworkChange {
    /// An address or a route was added, or was announced again.
    Came,
    /// An address or a route was removed, or a link changed, for better or worse.
    Went,
}

/// `RTM_NEWADDR` and `RTM_NEWROUTE` of rtnetlink(7).
const NEW_ADDRESS_OR_ROUTE: [u16; 2] = [20, 24];
/// Length, type, flags, sequence and port: `nlmsghdr` of netlink(7).
const HEADER: usize = 16;

/// The changes in the messages of one datagram.
fn network_changes(mut datagram: &[u8]) -> impl Iterator<Item = NetworkChange> {
    std::iter::from_fn(move || {
        let header = datagram.first_chunk::<HEADER>()?;
        let [a, b, c, d, e, f, ..] = *header;
        let length = usize::try_from(u32::from_ne_bytes([a, b, c, d])).ok()?.max(HEADER);
        // Messages begin at multiples of four.
        datagram = datagram.get(length.next_multiple_of(4)..).unwrap_or_default();
        let is_new = NEW_ADDRESS_OR_ROUTE.contains(&u16::from_ne_bytes([e, f]));
        Some(if is_new { NetworkChange::Came } else { NetworkChange::Went })
    })
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
    fn has(&self, mut is_wanted: impl FnMut(&[u8]) -> bool) -> bool {
        let mut message = [0_u8; 4096];
        let mut found = false;
        loop {
            match recv(&self.0, &mut message, RecvFlags::empty()) {
                Ok((length, _)) => found |= message.get(..length).is_some_and(&mut is_wanted),
                Err(Errno::INTR) => {}
                // Messages were lost, and one of them may have been of this kind.
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

/// Whether a message is about a plug: `HOTPLUG=1`, and not of a property of the connector alone.
fn is_about_plugs(message: &[u8]) -> bool {
    let has = |wanted: &[u8]| message.split(|byte| *byte == 0).any(|line| line.starts_with(wanted));
    is_about_screens(message) && has(b"HOTPLUG=1") && !has(b"PROPERTY=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, rest: usize) -> Vec<u8> {
        let length = u32::try_from(HEADER + rest).unwrap();
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.resize((HEADER + rest).next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn what_went_is_told_from_what_came() {
        const NEW_LINK: u16 = 16;
        const DELETED_ADDRESS: u16 = 21;
        let told = |datagram: &[u8]| network_changes(datagram).collect::<Vec<_>>();
        let (came, went) = (NetworkChange::Came, NetworkChange::Went);
        assert_eq!(told(&message(20, 57)), [came]);
        assert_eq!(told(&[message(20, 57), message(24, 12)].concat()), [came, came]);
        assert_eq!(told(&[message(24, 3), message(DELETED_ADDRESS, 8)].concat()), [came, went]);
        assert_eq!(told(&message(NEW_LINK, 1300)), [went]);
        assert_eq!(told(&[]), []);
        assert_eq!(told(&[0; 16]), [went], "a message without a length is one");
        assert_eq!(told(&[0xff; 40]), [went], "what claims to be longer than the datagram ends it");
    }

    #[test]
    fn only_messages_about_graphics_count() {
        let hdmi = b"change@/devices/platform/display/drm/card0\0ACTION=change\0SUBSYSTEM=drm\0HOTPLUG=1\0";
        assert!(is_about_screens(hdmi));
        assert!(!is_about_screens(b"add@/devices/usb1\0ACTION=add\0SUBSYSTEM=usb\0"));
        assert!(!is_about_screens(b""));
        assert!(is_about_plugs(hdmi));
        assert!(!is_about_plugs(b"change@/card0\0SUBSYSTEM=drm\0HOTPLUG=1\0CONNECTOR=32\0PROPERTY=5\0"), "its link");
        assert!(!is_about_plugs(b"add@/devices/card1\0ACTION=add\0SUBSYSTEM=drm\0"));
    }
}
