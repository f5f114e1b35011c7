use super::frames::{self, HEADER, Kind, Request};
use crate::stop::Stop;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use std::io::{IoSlice, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// So often a waiting parent looks whether the run was interrupted.
const GLANCE: Duration = Duration::from_millis(50);

/// The parent's end of the socket to a worker. It never waits longer than it has time.
pub(super) struct Line {
    socket: UnixStream,
    /// What is left of the item's time.
    left: Duration,
}

/// Why a line cannot be used further.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The worker has closed it.
    Closed,
    /// The time is up.
    Late,
    /// The run was interrupted.
    Stopped,
    /// What came is no frame.
    Malformed,
}

impl Line {
    pub fn new(socket: UnixStream) -> Self {
        Self { socket, left: Duration::ZERO }
    }

    /// From now on, so long may be waited in all.
    pub fn allow(&mut self, time: Duration) {
        self.left = time;
    }

    /// Sends a request, with a descriptor where one is given.
    pub fn send(&mut self, request: &Request, descriptor: Option<BorrowedFd<'_>>, stop: &Stop) -> Result<(), Cut> {
        let payload = frames::encode(request);
        let mut frame = frames::header(Kind::Message, payload.len()).to_vec();
        frame.extend(payload);
        let descriptors: Vec<BorrowedFd<'_>> = descriptor.into_iter().collect();
        let mut sent = 0;
        while sent < frame.len() {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            if sent == 0 && !descriptors.is_empty() {
                control.push(SendAncillaryMessage::ScmRights(&descriptors));
            }
            let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
            match rustix::net::sendmsg(&self.socket, &[IoSlice::new(&frame[sent..])], &mut control, flags) {
                Ok(n) => sent += n,
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT, stop)?,
                Err(Errno::INTR) => {}
                Err(_) => return Err(Cut::Closed),
            }
        }
        Ok(())
    }

    /// The next frame.
    pub fn receive(&mut self, stop: &Stop) -> Result<(Kind, Vec<u8>), Cut> {
        let mut header = [0; HEADER];
        self.fill(&mut header, stop)?;
        let (kind, len) = frames::parse_header(header).ok_or(Cut::Malformed)?;
        let mut payload = Vec::new();
        // Memory grows with what arrives, not with what was announced.
        while payload.len() < len {
            let at = payload.len();
            payload.resize(len.min(at + (1 << 20)), 0);
            self.fill(&mut payload[at..], stop)?;
        }
        Ok((kind, payload))
    }

    fn fill(&mut self, buffer: &mut [u8], stop: &Stop) -> Result<(), Cut> {
        let mut at = 0;
        while at < buffer.len() {
            self.wait(PollFlags::IN, stop)?;
            match self.socket.read(&mut buffer[at..]) {
                Ok(0) => return Err(Cut::Closed),
                Ok(n) => at += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Cut::Closed),
            }
        }
        Ok(())
    }

    fn wait(&mut self, what: PollFlags, stop: &Stop) -> Result<(), Cut> {
        loop {
            if stop.raised() {
                return Err(Cut::Stopped);
            }
            let slice = self.left.min(GLANCE);
            let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(slice.subsec_nanos()) };
            let began = Instant::now();
            let mut fds = [PollFd::from_borrowed_fd(self.socket.as_fd(), what)];
            let ready = rustix::event::poll(&mut fds, Some(&timeout));
            self.left = self.left.saturating_sub(began.elapsed());
            match ready {
                Ok(n) if n > 0 => return Ok(()),
                Ok(_) | Err(Errno::INTR) if self.left.is_zero() => return Err(Cut::Late),
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return Err(Cut::Closed),
            }
        }
    }
}
