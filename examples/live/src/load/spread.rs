//! How times are spread: a histogram that goes from process to process as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize};

/// Of each time three digits are kept.
const DIGITS: u8 = 3;

/// Times in microseconds, to three digits.
#[derive(Debug, Clone)]
pub(super) struct Spread(Histogram<u64>);

impl Default for Spread {
    fn default() -> Self {
        Self(Histogram::new(DIGITS).expect("a histogram may have three digits"))
    }
}

impl Spread {
    pub(super) fn record(&mut self, nanos: u64) {
        // It grows with what comes; what would be too much for it is 292,000 years.
        self.0.record(nanos / 1000).expect("a time in microseconds");
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.0 += &other.0;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The time that this part of all (0 to 1) does not exceed, in milliseconds; `None` if there is none.
    pub(super) fn millis_at(&self, part: f64) -> Option<f64> {
        (!self.is_empty()).then(|| self.0.value_at_quantile(part) as f64 / 1000.0)
    }

    pub(super) fn max_millis(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.0.max() as f64 / 1000.0)
    }

    pub(super) fn count(&self) -> u64 {
        self.0.len()
    }
}

impl Serialize for Spread {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&self.0, &mut bytes).map_err(S::Error::custom)?;
        serializer.serialize_str(&STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Spread {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        let read = Deserializer::new().deserialize(&mut &bytes[..]);
        let mut histogram = read.map_err(|error| D::Error::custom(format!("{error:?}")))?;
        histogram.auto(true);
        Ok(Self(histogram))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_out_of_text_as_it_went_in() {
        let (mut one, mut other) = (Spread::default(), Spread::default());
        for millis in 1..=100 {
            one.record(millis * 1_000_000);
        }
        other.record(3_600_000_000_000);
        let text = serde_json::to_string(&one).unwrap();
        let mut both: Spread = serde_json::from_str(&text).unwrap();
        both.add(&serde_json::from_str(&serde_json::to_string(&other).unwrap()).unwrap());
        assert_eq!(both.count(), 101);
        let about = |part, millis: f64| {
            let found = both.millis_at(part).unwrap();
            assert!((found / millis - 1.0).abs() < 0.002, "{part}: {found} and not {millis}");
        };
        about(0.01, 2.0);
        about(0.5, 51.0);
        about(1.0, 3_600_000.0);
        assert_eq!(Spread::default().millis_at(0.5), None);
    }
}
