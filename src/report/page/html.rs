//! The one way in which anything gets into the page. Markup is a literal of this program; everything else is
//! text and is escaped. That a value cannot pass for markup is checked by the compiler: only `&'static str`
//! is written as it stands.

use crate::report::cells::plain;
use anyhow::Result;
use std::io::Write;

/// Writes a page.
pub(in crate::report) struct Html<'w> {
    sink: &'w mut dyn Write,
}

impl<'w> Html<'w> {
    pub fn new(sink: &'w mut dyn Write) -> Self {
        Self { sink }
    }

    /// Bytes that were made harmless by who calls: the hashes of the policy and the blocks of data.
    pub fn made(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.sink.write_all(bytes)?)
    }
}

/// Something that can be written into a page.
pub(in crate::report) trait Put {
    fn put(&self, html: &mut Html<'_>) -> Result<()>;
}

/// Markup.
impl Put for &'static str {
    fn put(&self, html: &mut Html<'_>) -> Result<()> {
        html.made(self.as_bytes())
    }
}

/// A whole number, with its thousands apart.
impl Put for u64 {
    fn put(&self, html: &mut Html<'_>) -> Result<()> {
        html.made(crate::report::figures::grouped(*self).as_bytes())
    }
}

impl Put for usize {
    fn put(&self, html: &mut Html<'_>) -> Result<()> {
        (*self as u64).put(html)
    }
}

/// A number as it stands in an attribute.
pub(in crate::report) struct Bare(pub u64);

impl Put for Bare {
    fn put(&self, html: &mut Html<'_>) -> Result<()> {
        html.made(self.0.to_string().as_bytes())
    }
}

/// Text from outside, for elements and quoted attributes.
pub(in crate::report) struct Text<T>(pub T);

impl<T: AsRef<str>> Put for Text<T> {
    fn put(&self, html: &mut Html<'_>) -> Result<()> {
        html.made(escaped(&plain(self.0.as_ref())).as_bytes())
    }
}

/// Escapes the five characters that have a meaning in HTML (sections 13.1.2.3 and 13.1.4 of the standard).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A path or digest: isolated from the direction of the text around it, and broken anywhere.
pub(in crate::report) struct Code<T>(pub T);

impl<T: AsRef<str>> Put for Code<T> {
    fn put(&self, html: &mut Html<'_>) -> Result<()> {
        super::html::put!(html, "<code dir=\"auto\">", Text(self.0.as_ref()), "</code>");
        Ok(())
    }
}

/// Writes pieces one after the other.
macro_rules! put {
    ($html:expr, $($piece:expr),+ $(,)?) => {{
        $( $crate::report::page::html::Put::put(&$piece, $html)?; )+
    }};
}
pub(in crate::report) use put;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut out = Vec::new();
        let mut html = Html::new(&mut out);
        let write = |html: &mut Html<'_>| -> Result<()> {
            put!(html, "<p title=\"", Text("\"><script>alert('x')</script>\u{202E}\u{2028}&amp;"), "\">", 8100u64, Bare(8100));
            Ok(())
        };
        write(&mut html).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;  &amp;amp;\">8,1008100"
        );
    }
}
