//! Numbers as tables hold them, and as people write them for each other.

/// The finite number that a cell is.
pub(super) fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Whether the text would be a number with a point for its comma.
pub(super) fn has_decimal_comma(text: &str) -> bool {
    text.contains(',') && text.replacen(',', ".", 1).parse::<f64>().is_ok()
}

/// Of a text that is no number but would be one without a mark that people set in numbers: what the number is to be
/// like. `None` of other texts.
pub(super) fn without_marks(text: &str) -> Option<&'static str> {
    const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];
    if finite(text).is_some() {
        return None;
    }
    let mut expected = None;
    let mut rest = text.to_owned();
    if rest.contains('\u{2212}') {
        expected = Some("with the hyphen \"-\" as its minus sign");
        rest = rest.replacen('\u{2212}', "-", 1);
    }
    if let Some(number) = rest.strip_suffix('%') {
        expected = Some("without a sign of per cent");
        rest = number.trim_end().to_owned();
    }
    if let Some(number) = rest.strip_suffix(CURRENCIES) {
        expected = Some("without a sign of currency");
        rest = number.trim_end().to_owned();
    }
    let (sign, number) = match rest.strip_prefix(['-', '+']) {
        Some(number) => (&rest[..1], number),
        None => ("", &*rest),
    };
    let mut number = number.to_owned();
    if let Some(after) = number.strip_prefix(CURRENCIES) {
        expected = Some("without a sign of currency");
        number = after.trim_start().to_owned();
    }
    if let Some(joined) = without_thousands(&number) {
        expected = Some("without separators of thousands");
        number = joined;
    }
    // a second sign would be one too many
    let is_plain = number.starts_with(|c: char| c == '.' || c.is_ascii_digit());
    expected.filter(|_| is_plain && finite(&(sign.to_owned() + &number)).is_some())
}

/// The number whose whole part is in groups of three digits, joined.
pub(super) fn without_thousands(number: &str) -> Option<String> {
    const SEPARATORS: [char; 7] = [',', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '_'];
    let (whole, decimals) = number.split_at(number.find('.').unwrap_or(number.len()));
    let separator = whole.chars().find(|c| SEPARATORS.contains(c))?;
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(separator);
    let first = groups.next()?;
    let fits = matches!(first.len(), 1..=3)
        && digits(first)
        && groups.all(|group| group.len() == 3 && digits(group));
    fits.then(|| whole.replace(separator, "") + decimals)
}
