//! The shape of a path: a pattern for an operation.

/// Shortest run of hexadecimal digits that is taken for an id.
const HEX_DIGITS: usize = 16;
/// Digits of the parts of a UUID (RFC 9562, section 4).
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

/// `METHOD /path`, in which numbers, UUIDs and long runs of hexadecimal digits are captures.
pub(super) fn shape_of(method: &str, target: &str) -> String {
    let path = target.split('?').next().unwrap_or_default();
    let mut ids = 0_u32;
    let segments = path.split('/').map(|segment| {
        if !is_id(segment) {
            return segment.to_owned();
        }
        ids = ids.saturating_add(1);
        // A pattern captures each name once.
        if ids == 1 {
            "{id}".to_owned()
        } else {
            format!("{{id_{ids}}}")
        }
    });
    let segments: Vec<_> = segments.collect();
    format!("{method} {}", segments.join("/"))
}

fn is_id(segment: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let has_digit = segment.bytes().any(|byte| byte.is_ascii_digit());
    let is_number = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let is_uuid = segment.split('-').map(str::len).eq(UUID) && segment.split('-').all(is_hex);
    is_number || is_uuid || has_digit && segment.len() >= HEX_DIGITS && is_hex(segment)
}

#[cfg(test)]
mod tests {
    use super::shape_of;

    #[test]
    fn ids_are_captures_and_words_are_not() {
        let cases = [
            ("/bookings/7?x=1", "GET /bookings/{id}"),
            ("/a/1/b/2/", "GET /a/{id}/b/{id_2}/"),
            ("/a/123e4567-e89b-12d3-a456-426614174000", "GET /a/{id}"),
            ("/a/0123456789abcdef", "GET /a/{id}"),
            ("/a/0123456789abcde", "GET /a/0123456789abcde"),
            ("/a/facadefacadefacade", "GET /a/facadefacadefacade"),
            ("/v2/7up", "GET /v2/7up"),
            ("/", "GET /"),
        ];
        for (target, shape) in cases {
            assert_eq!(shape_of("GET", target), shape);
        }
    }
}
