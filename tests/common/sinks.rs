//! Every sink that a message can be encoded into, and every buffer that data can be written into.

use std::io::{IoSlice, Write as _};

use bytes::{Buf, BufMut, BytesMut};
use sse_proto::{DataWriter, EncodeWithError, Message};

use super::messages::Parts;

/// Accepts a few bytes at a time, and is interrupted now and then.
struct Slow {
    bytes: Vec<u8>,
    step: usize,
    calls: usize,
}

impl std::io::Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.calls += 1;
        if self.calls % 3 == 0 {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let taken = bytes.len().min(self.step);
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Encodes into every sink and compares the results.
pub fn encode_everywhere(message: &Message<'_>) -> Vec<u8> {
    let expected = message.to_string().into_bytes();
    let len = expected.len();
    assert_eq!(message.encoded_len(), len);

    let mut vec = b"before".to_vec();
    message.encode(&mut vec).unwrap();
    assert_eq!(&vec[6..], expected);
    let mut bytes = BytesMut::new();
    message.encode(&mut bytes).unwrap();
    assert_eq!(bytes, expected);
    assert_eq!(message.to_bytes(), expected);
    let mut text = String::new();
    message.encode_to_fmt(&mut text).unwrap();
    assert_eq!(text.as_bytes(), expected);
    let mut vec = Vec::new();
    message.encode_to_io(&mut vec).unwrap();
    assert_eq!(vec, expected);

    // Exactly enough space: as a slice, as `BufMut`, and as a chain of two.
    let mut exact = vec![0xaa; len];
    assert_eq!(message.encode_to_slice(&mut exact).unwrap(), len);
    assert_eq!(exact, expected);
    let mut exact = vec![0xaa; len];
    let mut rest = exact.as_mut_slice();
    message.encode(&mut rest).unwrap();
    assert_eq!(rest.len(), 0);
    assert_eq!(exact, expected);
    let (mut first, mut second) = (vec![0xaa; len / 2], vec![0xaa; len - len / 2]);
    message.encode(&mut first.as_mut_slice().chain_mut(second.as_mut_slice())).unwrap();
    assert_eq!([first, second].concat(), expected);

    // Too much space: the bytes after the message stay.
    let mut large = vec![0xaa; len * 8 + 100];
    assert_eq!(message.encode_to_slice(&mut large).unwrap(), len);
    assert_eq!(&large[..len], expected);
    assert!(large[len..].iter().all(|byte| *byte == 0xaa));

    // One byte too few: an error, and the buffer is unchanged.
    let mut short = vec![0xaa; len - 1];
    let error = message.encode_to_slice(&mut short).unwrap_err();
    assert_eq!((error.needed, error.available), (len, len - 1));
    assert_eq!(message.encode(&mut short.as_mut_slice()).unwrap_err(), error);
    assert_eq!(message.encode(&mut Vec::new().limit(len - 1)).unwrap_err(), error);
    assert!(short.iter().all(|byte| *byte == 0xaa));

    // This test looks at all bytes ahead of each place, which is quadratic: so long messages are read only in long steps.
    for step in [1, 2, 3, 7, 1000].into_iter().filter(|step| len / step < 1000) {
        let mut slow = Slow { bytes: Vec::new(), step, calls: 0 };
        message.encode_to_io(&mut slow).unwrap();
        assert_eq!(slow.bytes, expected);

        let mut buf = message.as_buf();
        let mut read = Vec::new();
        while buf.has_remaining() {
            assert_eq!(buf.remaining(), len - read.len());
            let taken = buf.chunk().len().min(step);
            read.extend_from_slice(&buf.chunk()[..taken]);
            buf.advance(taken);
        }
        assert_eq!(read, expected);
        assert_eq!((buf.remaining(), buf.chunk()), (0, &[][..]));

        // In steps that cross the ends of pieces, looking ahead from each place.
        let mut buf = message.as_buf();
        let mut at = 0;
        while buf.has_remaining() {
            let mut slices = [IoSlice::new(&[]); 64];
            let filled = buf.chunks_vectored(&mut slices);
            let ahead: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.iter().copied()).collect();
            assert!(slices[..filled].iter().all(|slice| !slice.is_empty()));
            assert_eq!(ahead, expected[at..][..ahead.len()]);
            assert!(filled == 32 || at + ahead.len() == len, "all of it, or 32 pieces");
            let taken = step.min(len - at);
            buf.advance(taken);
            at += taken;
        }
        assert_eq!(at, len);
    }

    let mut buf = message.as_buf();
    let half = buf.copy_to_bytes(len / 2);
    assert_eq!([half, buf.clone().copy_to_bytes(len - len / 2)].concat(), expected);
    assert_eq!(buf.chunks_vectored(&mut []), 0);
    buf.advance(usize::MAX);
    assert_eq!((buf.remaining(), buf.chunk()), (0, &[][..]));
    expected
}

/// Writes `written` to a message of `parts` in pieces, into every buffer, and compares with data that is set. Each
/// cut is a place, and whether the piece after it is written as text, if it is text.
pub fn write_everywhere(parts: &Parts, written: &str, cuts: &[(usize, bool)]) {
    // The message that results if its data is known before.
    let whole = parts.data.clone().unwrap_or_default() + written;
    let expected = parts.message().data(&whole).to_bytes();

    let mut places: Vec<_> = cuts.iter().map(|cut| cut.0).collect();
    places.extend([0, written.len()]);
    places.sort_unstable();
    let write = |data: &mut DataWriter<'_>| -> std::io::Result<()> {
        for (place, cut) in places.windows(2).zip(cuts.iter().chain(std::iter::repeat(&(0, true)))) {
            // As text if the cut allows it and the flag says so, otherwise as bytes.
            match written.get(place[0]..place[1]) {
                Some(text) if cut.1 && written.is_char_boundary(place[0]) => {
                    std::fmt::Write::write_str(data, text).unwrap();
                }
                _ => data.write_all(&written.as_bytes()[place[0]..place[1]])?,
            }
        }
        Ok(())
    };
    let mut vec = Vec::new();
    parts.message().encode_with(&mut vec, write).unwrap();
    assert_eq!(&vec, &expected);
    let mut string = String::from("before");
    parts.message().encode_with(&mut string, write).unwrap();
    assert_eq!(&string.as_bytes()[6..], &expected);
    let mut bytes = BytesMut::new();
    parts.message().encode_with(&mut bytes, write).unwrap();
    assert_eq!(&bytes, &expected);

    let mut slice = vec![0; expected.len()];
    assert_eq!(parts.message().encode_to_slice_with(&mut slice, write).unwrap(), expected.len());
    assert_eq!(&slice, &expected);
    let available = expected.len() - 1;
    let error = parts.message().encode_to_slice_with(&mut slice[..available], write).unwrap_err();
    match error {
        EncodeWithError::TooSmall(error) => {
            assert_eq!((error.needed, error.available), (expected.len(), available));
        }
        other => panic!("{other:?}"),
    }
}
