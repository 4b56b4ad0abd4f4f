//! The crate's ways to decode, each run over one stream cut into chunks, with an [`Outcome`] to compare with the
//! twin's.

use std::time::Duration;

use bytes::Bytes;
use sse_proto::{
    BytesEvent, Chunk, DecodeError, Decoder, End, Event, EventBuf, EventId, Frame, FrameBuf, LineKind,
    OversizedId, PushDecoder, Scanner, SharedChunk, SliceDecoder, Token, Unfinished,
};

use super::twin::{self, Charged, Cut, Got, Outcome, Policy, Rules, Seen};

/// A decoder that reads by `rules`.
pub fn decoder(rules: &Rules) -> Decoder {
    decoder_ending(rules, Unfinished::Discard)
}

/// The same, with a setting for unfinished events.
pub fn decoder_ending(rules: &Rules, unfinished: Unfinished) -> Decoder {
    Decoder::builder()
        .unfinished(unfinished)
        .max_event_size(rules.limit)
        .comments(rules.comments)
        .last_event_id(EventId::new(&rules.last_event_id).expect("test ids are valid"))
        .oversized_id(oversized_id(rules))
        .build()
}

fn oversized_id(rules: &Rules) -> OversizedId {
    match rules.policy {
        Policy::Commit => OversizedId::Commit,
        Policy::Keep => OversizedId::Discard,
    }
}

/// Like `rules`, but charges the stored text against a buffer of the limit's size: the way a decoder without a heap
/// reads.
pub fn held(rules: &Rules) -> Rules {
    Rules { charged: Charged::Held, ..rules.clone() }
}

/// A buffer for `input`: of the limit's size, or large enough for any limit.
pub fn buffer(input: &[u8], rules: &Rules) -> Vec<u8> {
    // The old content does not matter; here it is not even text.
    vec![0xFF; rules.limit.min(3 * input.len() + rules.last_event_id.len())]
}

/// A decoder without a heap that reads by `rules`; see [`held`].
pub fn slice_decoder<'b>(buffer: &'b mut [u8], rules: &Rules) -> SliceDecoder<'b> {
    let builder = SliceDecoder::builder().comments(rules.comments).oversized_id(oversized_id(rules));
    let mut decoder = builder.build(buffer);
    let id = EventId::new(&rules.last_event_id).expect("test ids are valid");
    decoder.reconnect_after(id).expect("the buffer has room for the first id");
    decoder
}

/// Frames lent by `SliceDecoder::decode`.
pub fn sliced(input: &[u8], cuts: &[usize], rules: &Rules) -> Outcome {
    let mut buffer = buffer(input, rules);
    sliced_on(&mut slice_decoder(&mut buffer, rules), input, cuts)
}

/// The same on a decoder that has been used before.
pub fn sliced_on(decoder: &mut SliceDecoder<'_>, input: &[u8], cuts: &[usize]) -> Outcome {
    let open = sliced_open(decoder, input, cuts);
    let cut = cut_of(decoder.finish());
    let closed = sliced_so_far(decoder, open.seen.clone());
    assert_eq!(closed, open, "the end of a stream moves neither the id nor the reconnection time");
    Outcome { cut, ..closed }
}

/// The same, and the stream is left open.
pub fn sliced_open(decoder: &mut SliceDecoder<'_>, input: &[u8], cuts: &[usize]) -> Outcome {
    let mut seen = Vec::new();
    for (start, piece) in pieces(input, cuts) {
        let mut chunk = Chunk::new(piece);
        loop {
            let result = match decoder.decode(&mut chunk) {
                Ok(Some(frame)) => Ok(of_frame(frame)),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(error.limit(), decoder.capacity());
                    Err(error)
                }
            };
            let taken = chunk.consumed();
            assert_eq!(chunk.rest(), &piece[taken..], "consumed() and rest() belong together");
            seen.push(placed(result, due(input, start + taken)));
        }
        assert!(chunk.rest().is_empty(), "a chunk is read to its end");
    }
    sliced_so_far(decoder, seen)
}

fn sliced_so_far(decoder: &SliceDecoder<'_>, seen: Vec<Seen>) -> Outcome {
    let last_event_id = decoder.last_event_id().to_string();
    Outcome { seen, last_event_id, retry: decoder.reconnection_time().map(millis), cut: None }
}

/// `input` cut at `cuts`: each piece with its start offset.
pub fn pieces<'i>(input: &'i [u8], cuts: &[usize]) -> Vec<(usize, &'i [u8])> {
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(std::iter::once(input.len()));
    starts.zip(ends).map(|(start, end)| (start, &input[start..end])).collect()
}

/// A frame is due with the byte that ends a line. If the LF of a CR LF is in the same chunk, it may have been read
/// too; that is not a delay.
fn due(input: &[u8], taken: usize) -> usize {
    if input[..taken].ends_with(b"\r\n") { taken - 1 } else { taken }
}

/// Frames lent by `Decoder::decode`.
pub fn borrowed(input: &[u8], cuts: &[usize], rules: &Rules) -> Outcome {
    borrowed_on(&mut decoder(rules), input, cuts)
}

/// The same on a decoder that has been used before.
pub fn borrowed_on(decoder: &mut Decoder, input: &[u8], cuts: &[usize]) -> Outcome {
    let Outcome { seen, .. } = borrowed_open(decoder, input, cuts);
    ended(decoder, seen)
}

/// The same, and the stream is left open.
pub fn borrowed_open(decoder: &mut Decoder, input: &[u8], cuts: &[usize]) -> Outcome {
    let mut seen = Vec::new();
    for (start, piece) in pieces(input, cuts) {
        borrowed_piece(decoder, input, start, piece, &mut seen);
    }
    so_far(decoder, seen)
}

/// One chunk: `piece` starts at `start` in `input`.
fn borrowed_piece(decoder: &mut Decoder, input: &[u8], start: usize, piece: &[u8], seen: &mut Vec<Seen>) {
    let mut chunk = Chunk::new(piece);
    loop {
        let result = match decoder.decode(&mut chunk) {
            Ok(Some(frame)) => Ok(of_frame(frame)),
            Ok(None) => break,
            Err(error) => Err(error),
        };
        let taken = chunk.consumed();
        assert_eq!(chunk.rest(), &piece[taken..], "consumed() and rest() belong together");
        seen.push(placed(result, due(input, start + taken)));
    }
    assert!(chunk.rest().is_empty(), "a chunk is read to its end");
    assert_eq!(chunk.consumed(), piece.len());
}

/// Reads the whole stream and stores nothing, so that all memory belongs to the decoder.
pub fn drain(decoder: &mut Decoder, input: &[u8], cuts: &[usize]) {
    let mut start = 0;
    for &end in cuts.iter().chain([&input.len()]) {
        let mut chunk = Chunk::new(&input[start..end]);
        while !matches!(decoder.decode(&mut chunk), Ok(None)) {}
        start = end;
    }
}

/// Frames lent from chunks that own their bytes.
pub fn lent_from_shared(input: &[u8], cuts: &[usize], rules: &Rules) -> Outcome {
    let (mut decoder, mut seen) = (decoder(rules), Vec::new());
    for (start, piece) in pieces(input, cuts) {
        let mut chunk = SharedChunk::new(piece.to_vec());
        while let Some(result) = decoder.decode_lent(&mut chunk).map(|frame| frame.map(of_frame)).transpose()
        {
            seen.push(placed(result, due(input, start + chunk.consumed())));
        }
        assert!(chunk.rest().is_empty(), "a chunk is read to its end");
    }
    ended(&mut decoder, seen)
}

/// Frames given to a callback, all of a chunk at once; their places in the chunk are not known.
pub fn handed_over(input: &[u8], cuts: &[usize], rules: &Rules) -> Outcome {
    let (mut decoder, mut seen) = (decoder(rules), Vec::new());
    for (_, piece) in pieces(input, cuts) {
        decoder.decode_all(piece, |frame| seen.push(placed(frame.map(of_frame), 0)));
    }
    ended(&mut decoder, seen)
}

/// Owned frames, from `Decoder::decode_shared`.
pub fn shared(input: &[u8], cuts: &[usize], rules: &Rules) -> Outcome {
    shared_on(&mut decoder(rules), input, cuts)
}

/// The same on a decoder that has been used before.
pub fn shared_on(decoder: &mut Decoder, input: &[u8], cuts: &[usize]) -> Outcome {
    let Outcome { seen, .. } = shared_open(decoder, input, cuts);
    ended(decoder, seen)
}

/// The same, and the stream is left open.
pub fn shared_open(decoder: &mut Decoder, input: &[u8], cuts: &[usize]) -> Outcome {
    let all = Bytes::copy_from_slice(input);
    let mut kept = Vec::new();
    for (start, piece) in pieces(input, cuts) {
        let mut chunk = SharedChunk::from(all.slice(start..start + piece.len()));
        loop {
            let result = decoder.decode_shared(&mut chunk).transpose();
            let taken = chunk.consumed();
            assert_eq!(chunk.rest(), &piece[taken..], "consumed() and rest() belong together");
            match result {
                Some(result) => kept.push((result, due(input, start + taken))),
                None => break,
            }
        }
        assert!(chunk.rest().is_empty(), "a chunk is read to its end");
    }
    // Owned frames are read last, after the decoder and the chunks have moved on.
    drop(all);
    let seen = kept.into_iter().map(|(result, at)| placed(result.map(|f| of_frame_buf(&f)), at)).collect();
    so_far(decoder, seen)
}

/// A decoder that owns its bytes. If `stops`, the caller leaves its loop at an error and returns with the next piece.
/// The places where frames were due are not known here: they are 0.
pub fn pushed(input: &[u8], cuts: &[usize], rules: &Rules, unfinished: Unfinished, stops: bool) -> Outcome {
    let mut decoder = PushDecoder::from(decoder_ending(rules, unfinished));
    let mut seen = Vec::new();
    let drain = |decoder: &mut PushDecoder, stops: bool, seen: &mut Vec<Seen>| {
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => seen.push(placed(Ok(of_frame_buf(&frame)), 0)),
                Ok(None) => break assert_eq!(decoder.pending(), 0),
                Err(error) => {
                    seen.push(placed(Err(error), 0));
                    if stops {
                        break;
                    }
                }
            }
        }
    };
    let most = rules.limit.max(64 * 1024).saturating_add(input.len());
    for (_, piece) in pieces(input, cuts) {
        if let Err(full) = decoder.push_slice(piece) {
            // Only for a caller that stops. Nothing is lost: the bytes are accepted when there is room.
            assert!(stops);
            drain(&mut decoder, false, &mut seen);
            decoder.push(full.into_bytes()).expect("nothing is pending");
        }
        assert!(decoder.pending() <= most);
        drain(&mut decoder, stops, &mut seen);
    }
    decoder.end();
    drain(&mut decoder, false, &mut seen);
    // The next stream begins at its start.
    decoder.push("\u{FEFF}").expect("nothing is pending");
    assert_eq!(decoder.next_frame(), Ok(None));
    let mut decoder = decoder.into_decoder();
    assert_eq!(decoder.finish(), End::Clean);
    so_far(&decoder, seen)
}

/// The twin's outcome, as far as `pushed` can observe it.
pub fn as_pushed(mut expected: Outcome, unfinished: Unfinished) -> Outcome {
    for seen in &mut expected.seen {
        if !matches!(seen.got, Got::EventTooLarge | Got::CommentTooLarge) {
            seen.at = 0;
        }
    }
    let takes = |cut: &Cut| match unfinished {
        Unfinished::WholeLines => !cut.in_line,
        Unfinished::Anything => true,
        _ => false,
    };
    let last = expected.cut.take().filter(takes).and_then(|cut| cut.event);
    expected.seen.extend(last.map(|got| Seen { at: 0, got }));
    expected
}

/// `Decoder::decode_event`: nothing but the events, and errors.
pub fn events_only(input: &[u8], cuts: &[usize], rules: &Rules) -> Outcome {
    let mut decoder = decoder(rules);
    let mut seen = Vec::new();
    for (start, piece) in pieces(input, cuts) {
        let mut chunk = Chunk::new(piece);
        loop {
            let result = match decoder.decode_event(&mut chunk) {
                Ok(Some(event)) => Ok(of_event(event)),
                Ok(None) => break,
                Err(error) => Err(error),
            };
            seen.push(placed(result, due(input, start + chunk.consumed())));
        }
        assert!(chunk.rest().is_empty(), "a chunk is read to its end");
    }
    ended(&mut decoder, seen)
}

/// `Decoder::decode_bytes`: nothing but the events, and errors. Data as the standard reads it.
pub fn bytes_only(input: &[u8], cuts: &[usize], rules: &Rules) -> Outcome {
    let mut decoder = decoder(rules);
    let mut seen = Vec::new();
    for (start, piece) in pieces(input, cuts) {
        let mut chunk = Chunk::new(piece);
        loop {
            let result = match decoder.decode_bytes(&mut chunk) {
                Ok(Some(event)) => {
                    let data = event.data_lossy();
                    assert_eq!(event.data_str().ok(), (data.as_bytes() == event.data()).then_some(&*data));
                    Ok(of_event(of_bytes_event(event, &data)))
                }
                Ok(None) => break,
                Err(error) => Err(error),
            };
            seen.push(placed(result, due(input, start + chunk.consumed())));
        }
        assert!(chunk.rest().is_empty(), "a chunk is read to its end");
    }
    ended(&mut decoder, seen)
}

/// The same event with checked data.
pub fn of_bytes_event<'e>(event: BytesEvent<'e>, data: &'e str) -> Event<'e> {
    let checked = Event::new(event.event_type(), data);
    match event.id() {
        Some(id) => checked.with_id(id),
        None => checked.with_last_event_id(event.last_event_id()),
    }
}

/// A frame or an error; an error contains its place.
pub fn placed(result: Result<Got, DecodeError>, at: usize) -> Seen {
    match result {
        Ok(got) => Seen { at, got },
        Err(DecodeError::EventTooLarge { offset, .. }) => Seen { at: index(offset), got: Got::EventTooLarge },
        Err(DecodeError::CommentTooLarge { offset, .. }) => {
            Seen { at: index(offset), got: Got::CommentTooLarge }
        }
        Err(other) => panic!("an error that the twin does not know: {other}"),
    }
}

fn of_event(event: Event<'_>) -> Got {
    if let Some(id) = event.id() {
        assert_eq!(id, event.last_event_id(), "an id committed since the last event is the last one");
    }
    Got::Event {
        event_type: event.event_type().to_string(),
        data: event.data().to_owned(),
        last_event_id: event.last_event_id().as_str().to_owned(),
        id_set: event.id().is_some(),
    }
}

fn of_event_buf(event: &EventBuf) -> Got {
    let got = of_event(event.as_event());
    let direct = Got::Event {
        event_type: event.event_type().to_string(),
        data: event.data().to_owned(),
        last_event_id: event.last_event_id().to_string(),
        id_set: event.id().is_some(),
    };
    assert_eq!(got, direct, "EventBuf and its view say the same");
    got
}

/// A lent frame as a report of the twin.
pub fn of_frame(frame: Frame<'_>) -> Got {
    match frame {
        Frame::Event(event) => of_event(event),
        Frame::Retry(time) => Got::Retry(millis(time)),
        Frame::Comment(text) => Got::Comment(text.to_owned()),
        other => panic!("a frame that the twin does not know: {other:?}"),
    }
}

pub fn of_frame_buf(frame: &FrameBuf) -> Got {
    match frame {
        FrameBuf::Event(event) => of_event_buf(event),
        FrameBuf::Retry(time) => Got::Retry(millis(*time)),
        FrameBuf::Comment(text) => Got::Comment(text.to_string()),
        other => panic!("a frame that the twin does not know: {other:?}"),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("retry is at most u64::MAX milliseconds")
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("test streams fit in memory")
}

fn so_far(decoder: &Decoder, seen: Vec<Seen>) -> Outcome {
    let last_event_id = decoder.last_event_id().to_string();
    Outcome { seen, last_event_id, retry: decoder.reconnection_time().map(millis), cut: None }
}

/// Ends the stream and records the rest of the observable state.
fn ended(decoder: &mut Decoder, seen: Vec<Seen>) -> Outcome {
    let open = so_far(decoder, seen);
    let (is_open, in_line, pending) = (decoder.is_open(), decoder.is_in_line(), decoder.pending());
    let cut = cut_of(decoder.finish());
    assert_eq!(
        (is_open, in_line),
        (cut.is_some(), cut.as_ref().is_some_and(|cut| cut.in_line)),
        "asked before"
    );
    assert!(is_open || pending == 0, "{pending} bytes of nothing");
    assert!(
        !decoder.is_open() && !decoder.is_in_line() && decoder.pending() == 0,
        "after the end nothing is open"
    );
    let closed = so_far(decoder, open.seen.clone());
    assert_eq!(closed, open, "the end of a stream moves neither the id nor the reconnection time");
    Outcome { cut, ..closed }
}

fn cut_of(end: End<'_>) -> Option<Cut> {
    match end {
        End::Clean => None,
        End::Truncated(block) => {
            Some(Cut { event: block.event().map(of_event), in_line: block.is_in_line() })
        }
        other => panic!("an end that the twin does not know: {other:?}"),
    }
}

/// A line assembled from the scanner's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedLine {
    /// `None` is a blank line.
    pub kind: Option<LineKind>,
    pub bytes: Vec<u8>,
    /// The position of `bytes` in the stream.
    pub offset: usize,
    /// The number of bytes after which its end was known, `None` if the stream ended before it did.
    pub due: Option<usize>,
}

/// The scanner's tokens, checked for order and place, and assembled into lines.
pub fn scanned(input: &[u8], cuts: &[usize]) -> Vec<ScannedLine> {
    let mut scanner = Scanner::new();
    let mut lines = Vec::new();
    let mut open: Option<ScannedLine> = None;
    for (start, piece) in pieces(input, cuts) {
        let mut rest = piece;
        while let Some(token) = scanner.scan(&mut rest) {
            let taken = start + piece.len() - rest.len();
            assert_eq!(index(scanner.position()), taken, "position() counts what was taken");
            assemble(input, token, due(input, taken), &mut open, &mut lines);
        }
        assert!(rest.is_empty(), "a chunk is read to its end");
    }
    if let Some(token) = scanner.finish() {
        assemble(input, token, input.len(), &mut open, &mut lines);
    }
    lines.extend(open);
    lines
}

fn assemble(
    input: &[u8],
    token: Token<'_>,
    due: usize,
    open: &mut Option<ScannedLine>,
    lines: &mut Vec<ScannedLine>,
) {
    match token {
        Token::BlankLine { offset, .. } => {
            assert!(open.is_none(), "a blank line inside a line");
            assert!(matches!(input[index(offset)], b'\r' | b'\n'));
            lines.push(ScannedLine { kind: None, bytes: Vec::new(), offset: index(offset), due: Some(due) });
        }
        Token::Piece(piece) => {
            let offset = index(piece.offset);
            // Bytes that were held back and returned from a literal are also at their place.
            assert!(input[offset..].starts_with(piece.bytes), "a piece is the input at its offset");
            assert_eq!(piece.first, open.is_none(), "`first` marks the first piece of a line");
            let line = open.get_or_insert_with(|| ScannedLine {
                kind: Some(piece.kind),
                bytes: Vec::new(),
                offset,
                due: None,
            });
            assert_eq!(line.kind, Some(piece.kind), "a line is of one kind");
            assert_eq!(offset, line.offset + line.bytes.len(), "pieces have no gaps");
            line.bytes.extend_from_slice(piece.bytes);
            if piece.last {
                line.due = Some(due);
                lines.extend(open.take());
            }
        }
        other => panic!("a token that the twin does not know: {other:?}"),
    }
}

/// 9.2.6 on scanned lines: what a program does that has no heap for the decoder. It does not know `cut`.
pub fn scanner_based(input: &[u8], cuts: &[usize]) -> Outcome {
    let mut out = Outcome { seen: Vec::new(), last_event_id: String::new(), retry: None, cut: None };
    let (mut data, mut event_type) = (None::<String>, String::new());
    let (mut id, mut id_in_block, mut id_set) = (String::new(), false, false);
    for line in scanned(input, cuts) {
        let Some(at) = line.due else { break };
        let value = String::from_utf8_lossy(&line.bytes).into_owned();
        match line.kind {
            Some(LineKind::Data) => match &mut data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(&value);
                }
                None => data = Some(value),
            },
            Some(LineKind::Event) => event_type = value,
            Some(LineKind::Id) if !value.contains('\0') => (id, id_in_block) = (value, true),
            Some(LineKind::Retry) if value.bytes().all(|b| b.is_ascii_digit()) => {
                if let Ok(time) = value.parse() {
                    out.retry = Some(time);
                    out.seen.push(Seen { at, got: Got::Retry(time) });
                }
            }
            Some(LineKind::Comment) => out.seen.push(Seen { at, got: Got::Comment(value) }),
            Some(_) => {}
            None => {
                out.last_event_id.clone_from(&id);
                id_set |= std::mem::take(&mut id_in_block);
                let event_type = match std::mem::take(&mut event_type) {
                    empty if empty.is_empty() => "message".to_owned(),
                    named => named,
                };
                let Some(data) = data.take() else { continue };
                let (last_event_id, id_set) = (id.clone(), std::mem::take(&mut id_set));
                out.seen.push(Seen { at, got: Got::Event { event_type, data, last_event_id, id_set } });
            }
        }
    }
    out
}

/// The expected result of the scanner, from the twin's reading of the input.
pub fn twin_lines(input: &[u8]) -> Vec<ScannedLine> {
    let lines = twin::lines(input);
    let finished = lines.iter().filter(|line| line.end.is_some());
    finished
        .map(|line| {
            let field = twin::field(line);
            let (kind, bytes) = match field.name.as_str() {
                _ if line.chars.is_empty() => (None, line.text_end..line.text_end),
                _ if line.chars[0].char == ':' => (Some(LineKind::Comment), field.bytes),
                "data" => (Some(LineKind::Data), field.bytes),
                "event" => (Some(LineKind::Event), field.bytes),
                "id" => (Some(LineKind::Id), field.bytes),
                "retry" => (Some(LineKind::Retry), field.bytes),
                _ => (Some(LineKind::Unknown), line.chars[0].bytes.start..line.text_end),
            };
            ScannedLine { kind, offset: bytes.start, bytes: input[bytes].to_vec(), due: line.end }
        })
        .collect()
}
