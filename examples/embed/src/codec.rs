//! A pair for `tokio_util::codec`: frames out of any `AsyncRead`, messages into any `AsyncWrite`.

use std::io;

use bytes::{Bytes, BytesMut};
use sse_proto::{BufferTooSmall, DecodeError, Decoder, FrameBuf, Message, SharedChunk};
use tokio_util::codec;

/// Either half, or both at once over a duplex stream.
#[derive(Debug)]
pub struct EventCodec {
    decoder: Decoder,
    chunk: SharedChunk,
}

/// The two traits want one error type, and one that io errors turn into.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum CodecError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Encode(#[from] BufferTooSmall),
}

impl EventCodec {
    /// Over `decoder`, with its settings.
    pub fn new(decoder: Decoder) -> Self {
        Self { decoder, chunk: Bytes::new().into() }
    }
}

impl codec::Decoder for EventCodec {
    type Item = FrameBuf;
    type Error = CodecError;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<FrameBuf>, CodecError> {
        if self.chunk.rest().is_empty() {
            self.chunk = source.split().freeze().into();
        }
        Ok(self.decoder.decode_shared(&mut self.chunk)?)
    }

    /// The end: an open block is discarded, as the standard says.
    fn decode_eof(&mut self, source: &mut BytesMut) -> Result<Option<FrameBuf>, CodecError> {
        loop {
            match self.decode(source)? {
                None if !source.is_empty() => {}
                frame => return Ok(frame),
            }
        }
    }
}

impl codec::Encoder<Message<'_>> for EventCodec {
    type Error = CodecError;

    fn encode(&mut self, message: Message<'_>, destination: &mut BytesMut) -> Result<(), CodecError> {
        Ok(message.encode(destination)?)
    }
}
