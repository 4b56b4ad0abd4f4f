//! What LLM servers say: the events of each provider's stream, as far as SDKs look at them.

use serde_json::{Value, json};

/// Whose shape the events have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// OpenAI's Chat Completions, which Mistral and many others speak, too.
    Chat,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Messages,
    /// Gemini's streamGenerateContent?alt=sse.
    Gemini,
    /// Cohere's chat, second version.
    Cohere,
    /// The message stream between the `ai` package's server and its user interface.
    Ui,
}

/// One event as the provider sends it: its type, if it has one, and its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub event_type: Option<String>,
    pub data: String,
}

impl Event {
    fn untyped(data: &Value) -> Self {
        Self { event_type: None, data: data.to_string() }
    }

    /// The type stands in the data, and is the event's type, too.
    fn typed(data: &Value) -> Self {
        Self { event_type: data["type"].as_str().map(str::to_owned), ..Self::untyped(data) }
    }

    fn done() -> Self {
        Self { event_type: None, data: "[DONE]".into() }
    }
}

impl Api {
    /// What comes before the first text.
    pub fn opening(self) -> Vec<Event> {
        match self {
            Self::Chat | Self::Gemini => Vec::new(),
            Self::Responses => vec![Event::typed(&json!({
                "type": "response.created", "sequence_number": 0, "response": response("in_progress"),
            }))],
            Self::Messages => vec![
                Event::typed(&json!({
                    "type": "message_start",
                    "message": {
                        "id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [],
                        "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 1, "output_tokens": 1},
                    },
                })),
                Event::typed(&json!({
                    "type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""},
                })),
            ],
            Self::Cohere => vec![
                Event::typed(&json!({
                    "type": "message-start", "id": "m1",
                    "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}},
                })),
                Event::typed(&json!({
                    "type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}},
                })),
            ],
            Self::Ui => vec![
                Event::untyped(&json!({"type": "start"})),
                Event::untyped(&json!({"type": "text-start", "id": "0"})),
            ],
        }
    }

    /// A piece of the answer.
    pub fn text(self, text: &str) -> Event {
        match self {
            Self::Chat => Event::untyped(&chunk(json!({"role": "assistant", "content": text}), Value::Null)),
            Self::Responses => Event::typed(&json!({
                "type": "response.output_text.delta", "item_id": "i1", "output_index": 0, "content_index": 0,
                "sequence_number": 1, "logprobs": [], "delta": text,
            })),
            Self::Messages => Event::typed(&json!({
                "type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text},
            })),
            Self::Gemini => Event::untyped(&json!({
                "candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}],
                "modelVersion": "m",
            })),
            Self::Cohere => Event::typed(&json!({
                "type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}},
            })),
            Self::Ui => Event::untyped(&json!({"type": "text-delta", "id": "0", "delta": text})),
        }
    }

    /// Whether the event of the last text closes the stream.
    pub fn ends_with_text(self) -> bool {
        self == Self::Gemini
    }

    /// The last piece.
    pub fn last_text(self, text: &str) -> Event {
        match self {
            Self::Gemini => Event::untyped(&json!({
                "candidates": [{
                    "content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP", "index": 0,
                }],
                "modelVersion": "m",
            })),
            _ => self.text(text),
        }
    }

    /// What comes after the last text. The last of these is what closes the stream.
    pub fn closing(self) -> Vec<Event> {
        match self {
            Self::Chat => vec![Event::untyped(&chunk(json!({}), json!("stop"))), Event::done()],
            Self::Responses => vec![Event::typed(&json!({
                "type": "response.completed", "sequence_number": 2, "response": response("completed"),
            }))],
            Self::Messages => vec![
                Event::typed(&json!({"type": "content_block_stop", "index": 0})),
                Event::typed(&json!({
                    "type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
                    "usage": {"output_tokens": 3},
                })),
                Event::typed(&json!({"type": "message_stop"})),
            ],
            Self::Gemini => Vec::new(),
            Self::Cohere => vec![
                Event::typed(&json!({"type": "content-end", "index": 0})),
                Event::typed(&json!({"type": "message-end", "delta": {"finish_reason": "COMPLETE"}})),
                Event::done(),
            ],
            Self::Ui => vec![
                Event::untyped(&json!({"type": "text-end", "id": "0"})),
                Event::untyped(&json!({"type": "finish"})),
                Event::done(),
            ],
        }
    }

    /// How the provider says in mid-stream that it cannot go on.
    pub fn error(self) -> Event {
        match self {
            Self::Chat => Event::untyped(&json!({
                "error": {"message": "overloaded", "type": "server_error", "param": null, "code": null},
            })),
            Self::Responses => Event::typed(&json!({
                "type": "error", "code": "server_error", "message": "overloaded", "param": null, "sequence_number": 2,
            })),
            Self::Messages => Event::typed(&json!({
                "type": "error", "error": {"type": "overloaded_error", "message": "overloaded"},
            })),
            Self::Gemini => Event::untyped(&json!({
                "error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"},
            })),
            Self::Cohere => Event::typed(&json!({
                "type": "message-end", "delta": {"finish_reason": "ERROR", "error": "overloaded"},
            })),
            Self::Ui => Event::untyped(&json!({"type": "error", "errorText": "overloaded"})),
        }
    }

    /// An event that no client knows.
    pub fn unknown(self) -> Event {
        Event::typed(&json!({"type": "x-unknown"}))
    }
}

/// A chunk of Chat Completions.
fn chunk(delta: Value, finish_reason: Value) -> Value {
    json!({
        "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    })
}

/// The object that OpenAI's Responses are about.
fn response(status: &str) -> Value {
    json!({
        "id": "r1", "object": "response", "created_at": 1, "model": "m", "status": status, "output": [],
        "parallel_tool_calls": false, "tool_choice": "auto", "tools": [],
    })
}
