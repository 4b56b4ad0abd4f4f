//! A proxy's filter: blanks out the data of one event type and passes all else on byte for byte.

use sse_proto::{BlockScanner, BlockTooLarge, LineKind};

/// Filters a stream, chunk by chunk.
#[derive(Debug)]
pub struct Redact {
    blocks: BlockScanner,
    secret: &'static str,
}

impl Redact {
    /// Blanks out the data of events of the type `secret`.
    pub fn new(secret: &'static str) -> Self {
        Self { blocks: BlockScanner::new(), secret }
    }

    /// Appends to `output` what may be passed on after `chunk`: whole blocks.
    pub fn filter(&mut self, mut chunk: &[u8], output: &mut Vec<u8>) -> Result<(), BlockTooLarge> {
        while let Some(block) = self.blocks.scan(&mut chunk)? {
            let event_type = block.lines().filter(|line| line.kind == LineKind::Event).last();
            let secret = event_type.is_some_and(|line| line.bytes == self.secret.as_bytes());
            let mut passed = 0;
            for line in block.lines().filter(|line| secret && line.kind == LineKind::Data) {
                let value = block.place_of(&line);
                output.extend_from_slice(&block.bytes()[passed..value.start]);
                output.extend_from_slice(b"[redacted]");
                passed = value.end;
            }
            output.extend_from_slice(&block.bytes()[passed..]);
        }
        Ok(())
    }

    /// The end of the stream: a block without its blank line dispatches nothing, and is dropped since its type may be
    /// yet to come.
    pub fn finish(&mut self) {
        self.blocks.finish();
    }
}
