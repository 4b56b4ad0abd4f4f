//! A proxy's filter: blanks out the data of one event type and passes all else on byte for byte.

use sse_proto::{Block, BlockScanner, BlockTooLarge, DEFAULT_MAX_EVENT_SIZE, LineKind};

/// Filters a stream, chunk by chunk.
#[derive(Debug)]
pub struct Redact {
    blocks: BlockScanner,
    secret: &'static str,
}

impl Redact {
    /// Blanks out the data of events of the type `secret`.
    pub fn new(secret: &'static str) -> Self {
        Self::with_limit(secret, DEFAULT_MAX_EVENT_SIZE)
    }

    /// The same, for blocks of up to `limit` bytes.
    pub fn with_limit(secret: &'static str, limit: usize) -> Self {
        Self { blocks: BlockScanner::builder().max_block_size(limit).build(), secret }
    }

    /// Appends to `output` what may be passed on after `chunk`, which is moved past it: whole blocks, and comments that come
    /// before one.
    ///
    /// At an error a block was too large to be looked at, and is dropped. Close the connection, or call again with what is left of
    /// the chunk to go on after that block.
    pub fn filter(&mut self, chunk: &mut &[u8], output: &mut Vec<u8>) -> Result<(), BlockTooLarge> {
        while let Some(block) = self.blocks.scan(chunk)? {
            // The last type counts, and it may stand after the data.
            let event_type = block.lines().filter(|line| line.kind == LineKind::Event).last();
            if event_type.is_some_and(|line| line.bytes == self.secret.as_bytes()) {
                redact(&block, output);
            } else {
                output.extend_from_slice(block.bytes());
            }
        }
        Ok(())
    }

    /// The end of the stream, perhaps inside a block. Its type may have been yet to come, so all its data is blanked out:
    /// a client may take it though its blank line is missing.
    pub fn finish(&mut self, output: &mut Vec<u8>) {
        let rest = self.blocks.finish();
        redact(&rest, output);
    }
}

fn redact(block: &Block<'_>, output: &mut Vec<u8>) {
    block.rewrite_data(output, |_| "[redacted]");
}
