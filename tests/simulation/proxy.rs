//! A proxy between real sockets that cuts, delays and swallows.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// A proxy that runs.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it does harm.
    pub is_bad: Arc<AtomicBool>,
    /// Connections that it harmed.
    pub harmed: Arc<AtomicU64>,
}

/// What becomes of one connection.
#[derive(Clone, Copy)]
enum Harm {
    None,
    /// Closed before anything is carried.
    Refused,
    /// The server gets everything, the box gets no answer.
    AnswerLost,
    /// The answer is cut after so many bytes.
    Truncated(usize),
    /// Everything is late.
    Delayed(u64),
    /// Nothing is carried and nothing is closed.
    Swallowed,
}

impl Proxy {
    /// Starts a proxy before a server.
    pub async fn start(server: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (is_bad, harmed) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
        let (bad, count) = (Arc::clone(&is_bad), Arc::clone(&harmed));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let harm = if bad.load(Ordering::SeqCst) { draw() } else { Harm::None };
                if !matches!(harm, Harm::None) {
                    count.fetch_add(1, Ordering::SeqCst);
                }
                tokio::spawn(carry(stream, server, harm));
            }
        });
        Ok(Self { address, is_bad, harmed })
    }
}

fn draw() -> Harm {
    match fastrand::u8(0..30) {
        0 => Harm::Refused,
        1 | 2 => Harm::AnswerLost,
        3 => Harm::Truncated(fastrand::usize(1..2000)),
        4 | 5 => Harm::Delayed(fastrand::u64(50..700)),
        6 => Harm::Swallowed,
        _ => Harm::None,
    }
}

/// Carries a connection, which may hold several requests; what is cut takes them all.
async fn carry(mut near: TcpStream, server: SocketAddr, harm: Harm) {
    match harm {
        Harm::Refused => return,
        Harm::Swallowed => return sleep(Duration::from_secs(3)).await,
        Harm::Delayed(millis) => sleep(Duration::from_millis(millis)).await,
        Harm::None | Harm::AnswerLost | Harm::Truncated(_) => {}
    }
    let Ok(mut far) = TcpStream::connect(server).await else { return };
    let mut left = match harm {
        Harm::AnswerLost => 0,
        Harm::Truncated(bytes) => bytes,
        Harm::None | Harm::Refused | Harm::Delayed(_) | Harm::Swallowed => usize::MAX,
    };
    let (mut up, mut down) = ([0; 16 * 1024], [0; 16 * 1024]);
    loop {
        let step = async {
            tokio::select! {
                read = near.read(&mut up) => match read {
                    Ok(bytes) if bytes > 0 => far.write_all(&up[..bytes]).await.is_ok(),
                    Ok(_) | Err(_) => false,
                },
                read = far.read(&mut down) => match read {
                    Ok(bytes) if bytes > 0 && left > 0 => {
                        let kept = bytes.min(left);
                        left -= kept;
                        near.write_all(&down[..kept]).await.is_ok() && left > 0
                    }
                    Ok(_) | Err(_) => false,
                },
            }
        };
        if !timeout(Duration::from_secs(10), step).await.unwrap_or(false) {
            return;
        }
    }
}
