//! What a file is before it is rows: packed or plain, which encoding, which separator.

use std::fmt;
use std::io::{self, Chain, Cursor, Read};

use super::ReadError;
use super::rows::LONGEST_ROW;

/// A form in which the rows of a bill cannot be read, by the first bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packed {
    /// gzip, as AWS Data Exports and the Cost and Usage Report write CSV.
    Gzip,
    /// A zip archive, or a workbook of a spreadsheet, which is one.
    Zip,
    /// Zstandard.
    Zstandard,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// Apache Parquet.
    Parquet,
    /// A workbook of an old spreadsheet.
    Workbook,
    /// Apache ORC.
    Orc,
    /// Apache Avro.
    Avro,
    /// PDF, as invoices are.
    Pdf,
    /// JSON, as the AWS CLI prints it.
    Json,
    /// A page of the web: what a download is after the session has ended.
    Html,
    /// UTF-32, which no spreadsheet writes.
    Utf32,
}

impl Packed {
    fn of(head: &[u8]) -> Option<Self> {
        const MAGIC: [(&[u8], Packed); 11] = [
            (b"\x1f\x8b", Packed::Gzip),
            (b"PK\x03\x04", Packed::Zip),
            (b"\x28\xb5\x2f\xfd", Packed::Zstandard),
            (b"BZh", Packed::Bzip2),
            (b"\xfd7zXZ\0", Packed::Xz),
            (b"PAR1", Packed::Parquet),
            (b"\xd0\xcf\x11\xe0", Packed::Workbook),
            (b"ORC", Packed::Orc),
            (b"Obj\x01", Packed::Avro),
            (b"%PDF", Packed::Pdf),
            (b"\xff\xfe\0\0", Packed::Utf32),
        ];
        let found = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
        found.map(|(_, packed)| *packed)
    }

    /// The same of text: no header of CSV begins with a brace or a bracket.
    fn of_text(first: &[u8]) -> Option<Self> {
        match first.trim_ascii_start().first()? {
            b'{' | b'[' => Some(Self::Json),
            b'<' => Some(Self::Html),
            _ => None,
        }
    }
}

impl fmt::Display for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "this is gzip: unpack it (zcat F.csv.gz | nightcap ... --costs -)",
            Self::Zip => "this is a zip archive or a workbook: unpack it, or save the sheet as CSV",
            Self::Zstandard => "this is Zstandard: unpack it (zstdcat F | nightcap ... --costs -)",
            Self::Bzip2 => "this is bzip2: unpack it (bzcat F | nightcap ... --costs -)",
            Self::Xz => "this is xz: unpack it (xzcat F | nightcap ... --costs -)",
            Self::Parquet => "this is Parquet: export the costs as CSV",
            Self::Workbook => "this is a workbook: save the sheet as CSV",
            Self::Orc => "this is ORC: export the costs as CSV",
            Self::Avro => "this is Avro: export the costs as CSV",
            Self::Pdf => "this is a PDF: export the costs by day as CSV",
            Self::Json => {
                "this is JSON: write it as CSV with the columns date and usd (docs/forecast.md shows how)"
            }
            Self::Html => {
                "this is a page of the web, not a bill: sign in and download the CSV again"
            }
            Self::Utf32 => "this is UTF-32: save the file as UTF-8",
        })
    }
}

/// How the text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    /// As Windows `PowerShell` and Excel's "Unicode text" write it.
    Utf16 {
        big_endian: bool,
    },
}

impl Encoding {
    /// By the byte order mark or, where there is none, by the zero beside the first two letters,
    /// which are ASCII in every header of a bill. With the length of the mark.
    fn of(head: &[u8]) -> (Self, usize) {
        match head {
            [0xEF, 0xBB, 0xBF, ..] => (Self::Utf8, 3),
            [0xFF, 0xFE, ..] => (Self::Utf16 { big_endian: false }, 2),
            [0xFE, 0xFF, ..] => (Self::Utf16 { big_endian: true }, 2),
            [a, 0, b, 0, ..] if *a != 0 && *b != 0 => (Self::Utf16 { big_endian: false }, 0),
            [0, a, 0, b, ..] if *a != 0 && *b != 0 => (Self::Utf16 { big_endian: true }, 0),
            _ => (Self::Utf8, 0),
        }
    }
}

/// A source of which the first bytes were looked at.
pub(super) type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// The text of a file as UTF-8, whatever it was.
pub(super) enum Text<R> {
    Utf8(Whole<R>),
    Utf16(Utf16<Whole<R>>),
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Utf8(source) => source.read(buffer),
            Self::Utf16(source) => source.read(buffer),
        }
    }
}

/// A text, and what separates its fields.
pub(super) struct Opened<R> {
    pub(super) text: Whole<Text<R>>,
    pub(super) separator: u8,
}

/// Looks at the first bytes and the first line.
pub(super) fn open<R: Read>(mut source: R) -> Result<Opened<R>, ReadError> {
    let mut head = Vec::new();
    fill(&mut source, &mut head, 8)?;
    if let Some(packed) = Packed::of(&head) {
        return Err(ReadError::Packed(packed));
    }
    let (encoding, mark) = Encoding::of(&head);
    head.drain(..mark);
    let whole = Cursor::new(head).chain(source);
    let mut text = match encoding {
        Encoding::Utf8 => Text::Utf8(whole),
        Encoding::Utf16 { big_endian } => Text::Utf16(Utf16::new(whole, big_endian)),
    };
    let mut first = first_line(&mut text)?;
    if let Some(packed) = Packed::of_text(&first) {
        return Err(ReadError::Packed(packed));
    }
    // Excel's way to name the separator is a line of its own. It stays a line, lest those after
    // it be counted wrong.
    let named = first.strip_prefix(b"sep=").and_then(<[u8]>::first).copied();
    let separator = if let Some(separator) = named {
        let end = first.iter().position(|byte| *byte == b'\n');
        first.drain(..end.unwrap_or(first.len()));
        separator
    } else {
        separator_of(&first)
    };
    Ok(Opened {
        text: Cursor::new(first).chain(text),
        separator,
    })
}

/// Reads until there are `wanted` bytes, or no more.
fn fill<R: Read>(source: &mut R, bytes: &mut Vec<u8>, wanted: u64) -> Result<(), ReadError> {
    let missing = wanted.saturating_sub(bytes.len().try_into().unwrap_or(u64::MAX));
    source
        .take(missing)
        .read_to_end(bytes)
        .map(|_| ())
        .map_err(|error| ReadError::Broken {
            line: 1,
            reason: error.to_string(),
        })
}

/// At least the first line, as far as it may be long.
fn first_line<R: Read>(text: &mut R) -> Result<Vec<u8>, ReadError> {
    let mut first = Vec::new();
    let mut wanted = 512;
    loop {
        let before = first.len();
        fill(text, &mut first, wanted)?;
        if first.len() == before || first.contains(&b'\n') || wanted >= LONGEST_ROW {
            return Ok(first);
        }
        wanted *= 2;
    }
}

/// What separates the fields of the header: a comma, or what stands there more often.
fn separator_of(first: &[u8]) -> u8 {
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in first {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                for (separator, count) in &mut counts {
                    *count += u32::from(byte == separator);
                }
            }
            _ => {}
        }
    }
    let mut best = (b',', 0);
    for (separator, count) in counts {
        if count > best.1 {
            best = (separator, count);
        }
    }
    best.0
}

/// UTF-16 read as UTF-8. What is no character becomes U+FFFD.
pub(super) struct Utf16<R> {
    source: R,
    big_endian: bool,
    /// The first half of a unit, where a read ended within one.
    half: Option<u8>,
    /// The first unit of a pair, where a read ended within one.
    high: Option<u16>,
    ready: Cursor<Vec<u8>>,
}

impl<R> Utf16<R> {
    const fn new(source: R, big_endian: bool) -> Self {
        Self {
            source,
            big_endian,
            half: None,
            high: None,
            ready: Cursor::new(Vec::new()),
        }
    }

    /// The units of some bytes; what is left over waits for the next.
    fn units(&mut self, bytes: &[u8]) -> Vec<u16> {
        let mut units: Vec<u16> = self.high.take().into_iter().collect();
        for byte in bytes {
            match self.half.take() {
                None => self.half = Some(*byte),
                Some(first) if self.big_endian => units.push(u16::from_be_bytes([first, *byte])),
                Some(first) => units.push(u16::from_le_bytes([first, *byte])),
            }
        }
        if let Some(last) = units.pop_if(|unit| (0xD800..0xDC00).contains(unit)) {
            self.high = Some(last);
        }
        units
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut bytes = [0; 4096];
        loop {
            let ready = self.ready.read(buffer)?;
            if ready > 0 || buffer.is_empty() {
                return Ok(ready);
            }
            let read = self.source.read(&mut bytes)?;
            if read == 0 {
                return Ok(0);
            }
            let units = self.units(bytes.get(..read).unwrap_or_default());
            let text: String = char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect();
            self.ready = Cursor::new(text.into_bytes());
        }
    }
}
