//! Sinks over `embedded-io`: a serial port, USB, a radio.

/// A [`Sink`](crate::Sink) that writes and waits: for an idle loop that has nothing else to do.
///
/// A block whose writing fails is lost, and counted by its outlet; a reader of the stream finds the
/// next one by its head.
#[cfg(feature = "embedded-io")]
#[derive(Debug)]
pub struct Blocking<W>(pub W);

#[cfg(feature = "embedded-io")]
impl<W: embedded_io::Write> crate::Sink for Blocking<W> {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        self.0.write_all(head).and_then(|()| self.0.write_all(payload)).is_ok()
    }
}

/// Moves one block to an asynchronous writer, by way of `buffer`; whether there was one.
///
/// The ring is free again as soon as the block is copied, and nothing of it is held while the
/// writer is awaited. The buffer holds a head of 16 bytes and at least the longest record, and 60
/// bytes in any case; what does not fit stays in the ring.
///
/// # Errors
/// Those of the writer. The block is lost then.
#[cfg(feature = "embedded-io-async")]
pub async fn drain_async<W: embedded_io_async::Write>(
    writer: &mut W,
    buffer: &mut [u8],
) -> Result<bool, W::Error> {
    let len = copied(buffer);
    writer.write_all(buffer.get(..len).unwrap_or_default()).await?;
    Ok(len > 0)
}

/// How many blocks may go before the image is told of. A static, as each task that drains sends to
/// the same link.
#[cfg(feature = "embedded-io-async")]
static BEFORE_IMAGE: hydra_log_core::sync::AtomicU8 = hydra_log_core::sync::AtomicU8::new(0);

/// Copies one block out of the ring, or one that tells of the image; its length.
#[cfg(feature = "embedded-io-async")]
fn copied(buffer: &mut [u8]) -> usize {
    use crate::frame::{self, HEAD_BYTES, IMAGE_EVERY, PAYLOAD_MAX};
    use hydra_log_core::ord;
    let store = crate::__private::linked_store();
    let before_image = BEFORE_IMAGE.load(ord::count());
    BEFORE_IMAGE.store(before_image.checked_sub(1).unwrap_or(IMAGE_EVERY), ord::count());
    if before_image == 0 {
        let (head, payload, len) = frame::image(store.hertz());
        let block = head.iter().chain(payload.get(..len).unwrap_or_default());
        let whole = head.len() + len;
        let Some(place) = buffer.get_mut(..whole) else { return 0 };
        place.iter_mut().zip(block).for_each(|(to, from)| *to = *from);
        return whole;
    }
    let mut len = 0;
    let most = buffer.len().saturating_sub(HEAD_BYTES).min(PAYLOAD_MAX);
    store.take(most, &mut |records| {
        let whole = HEAD_BYTES + records.len();
        let Some((head, payload)) =
            buffer.get_mut(..whole).and_then(|block| block.split_at_mut_checked(HEAD_BYTES))
        else {
            return false;
        };
        if len > 0 {
            return false;
        }
        head.copy_from_slice(&frame::head(records));
        payload.copy_from_slice(records);
        len = whole;
        true
    });
    len
}
