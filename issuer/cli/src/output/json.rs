//! JSON documents as text.

use edgewrit_shared::json::Json;

/// Appends `json` to `out`, without white space.
pub(crate) fn write_json(json: &Json, out: &mut String) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => out.push_str(&number.to_string()),
        Json::Text(text) => write_text(text, out),
        Json::List(items) => {
            write_items(items, ['[', ']'], out, write_json);
        }
        Json::Object(members) => {
            write_items(members, ['{', '}'], out, |(name, value), out| {
                write_text(name, out);
                out.push(':');
                write_json(value, out);
            });
        }
    }
}

fn write_items<T>(items: &[T], [open, close]: [char; 2], out: &mut String, mut write: impl FnMut(&T, &mut String)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
