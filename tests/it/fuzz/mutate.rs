//! Inputs that are nearly scenarios: made from the tables of options, or from the shipped scenarios by the slips that
//! people make and by the noise that none would.

use std::collections::BTreeSet;

use seedbed::cli::scenario_schema;
use seedbed::kernel::Stream;
use seedbed::scenario::nouns::{arrivals::ARRIVALS, keys::KEYS};
use seedbed::scenario::plan::TARGETS;
use seedbed::spec::distribution::FAMILIES;
use serde_json::Value as Json;

use super::input::Input;

/// Longest text that is made: a little more than a scenario may have.
const BYTES_MAX: usize = (1 << 20) + (1 << 12);

/// Numbers at which programs break.
const NUMBERS: [&str; 36] = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "5",
    "7",
    "16",
    "17",
    "63",
    "64",
    "65",
    "100",
    "1000",
    "65535",
    "65536",
    "100000",
    "999999",
    "1000000",
    "1000001",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "0.0",
    "-0.0",
    "0.5",
    "1.0",
    "1e-300",
    "1e308",
    "1e309",
    "nan",
    "0x7fffffffffffffff",
    "0.30000000000000004",
];

const UNITS: [&str; 22] = [
    "ns", "us", "ms", "s", "min", "h", "d", "B", "KiB", "MiB", "GiB", "TiB", "kB", "bit/s", "Mbit/s",
    "Gbit/s", "/s", "/min", "%", "ppm", "", "parsec",
];

const SCRAPS: [&str; 34] = [
    "",
    " ",
    "\n",
    "\t",
    "\r\n",
    "\u{0}",
    "\u{feff}",
    "\u{e9}",
    "\u{1f980}",
    "\u{202e}",
    "\\",
    "\\u0000",
    "\\n",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "#",
    "=",
    "==",
    ",",
    ".",
    "..",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "(",
    ")",
    "${",
    "${x}",
    ":",
];

/// A place where a value may stand, by the schema.
struct Slot {
    section: String,
    key: String,
    values: Vec<String>,
}

/// What inputs are made from.
pub struct Maker {
    scenarios: Vec<String>,
    slots: Vec<Slot>,
    words: Vec<String>,
    values: Vec<String>,
}

impl Maker {
    /// From the texts of scenarios.
    pub fn new(scenarios: Vec<String>) -> Maker {
        let mut maker = Maker { scenarios, slots: Vec::new(), words: Vec::new(), values: Vec::new() };
        let mut values: BTreeSet<String> = BTreeSet::new();
        let examples = FAMILIES.iter().map(|family| family.example);
        let examples = examples.chain(ARRIVALS.rows.iter().map(|law| law.example));
        let examples = examples.chain(KEYS.rows.iter().map(|law| law.example));
        values
            .extend(examples.chain(TARGETS.iter().map(|(name, _)| *name)).map(|text| format!("\"{text}\"")));
        let literals = ["true", "false", "[]", "{}", "\"\"", "\"${x}\"", "1979-05-27", "[1, 2]", "{ a = 1 }"];
        values.extend(literals.map(str::to_owned));
        maker.walk(&scenario_schema(), "");
        values.extend(maker.slots.iter().flat_map(|slot| slot.values.iter().cloned()));
        let mut words: BTreeSet<String> = maker.slots.iter().map(|slot| slot.key.clone()).collect();
        for text in &maker.scenarios {
            words.extend(tokens(text).into_iter().filter(|token| is_word(token)).map(str::to_owned));
        }
        (maker.words, maker.values) = (words.into_iter().collect(), values.into_iter().collect());
        maker
    }

    /// Every key below a table of the schema.
    fn walk(&mut self, table: &Json, section: &str) {
        for (key, schema) in table["properties"].as_object().into_iter().flatten() {
            let variants = schema["anyOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
            let mut values: Vec<String> = schema.get("default").map(Json::to_string).into_iter().collect();
            for variant in &variants {
                values.extend(variant.get("const").map(Json::to_string));
                match variant["type"].as_str() {
                    Some("integer") => values.extend(["0", "1", "3", "100"].map(str::to_owned)),
                    Some("number") => values.extend(["0.0", "0.5", "1"].map(str::to_owned)),
                    Some("boolean") => values.extend(["true", "false"].map(str::to_owned)),
                    Some("array") => {
                        values.extend(["[]", "[\"kv\"]", "[\"kv\", \"rest\"]"].map(str::to_owned))
                    }
                    Some("string") => values.extend(["\"5ms\"", "\"kv\"", "\"exp(1ms)\""].map(str::to_owned)),
                    Some(_) | None => {}
                }
            }
            self.slots.push(Slot { section: section.to_owned(), key: key.clone(), values });
            let inner = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
            self.walk(schema, &inner);
            if let Some(item) = schema.get("additionalProperties").filter(|item| item.is_object()) {
                let name = match key.as_str() {
                    "system" => "kv",
                    "workload" => "w",
                    _ => "x",
                };
                self.walk(item, &format!("{inner}.{name}"));
            }
        }
    }

    /// The input of this number: always the same.
    pub fn input(&self, number: u64) -> Input {
        let mut rng = Stream::new(number, "fuzz", "input");
        let mut text = match rng.below(20) {
            0 => self.noise(&mut rng),
            1..=3 => self.structured(&mut rng),
            _ => self.scenario(&mut rng).to_owned(),
        };
        let mut mutations = 1;
        while mutations < 12 && rng.below(5) < 3 {
            mutations += 1;
        }
        for _ in 0..mutations {
            text = self.mutated(text, &mut rng);
            clip(&mut text);
        }
        let mut input = Input::plain(text);
        if rng.below(12) == 0 {
            for _ in 0..=rng.below(2) {
                input.set.push(self.setting(&mut rng));
            }
        }
        match rng.below(40) {
            0 => {
                let base = self.scenario(&mut rng).to_owned();
                input.base = Some(if rng.below(2) == 0 { base } else { self.mutated(base, &mut rng) });
                input.base.iter_mut().for_each(clip);
                let own = std::mem::take(&mut input.text);
                let own = if rng.below(2) == 0 { self.structured(&mut rng) } else { own };
                input.text = format!("extends = \"base.toml\"\n{own}");
            }
            1 => {
                input.json = true;
                if let Ok(table) = input.text.parse::<toml::Table>() {
                    input.text =
                        serde_json::to_string_pretty(&table).expect("a table of TOML is a table of JSON");
                    if rng.below(2) == 0 {
                        input.text = self.mutated(input.text, &mut rng);
                    }
                }
            }
            _ => {}
        }
        clip(&mut input.text);
        input
    }

    fn scenario(&self, rng: &mut Stream) -> &str {
        rng.choose(&self.scenarios).expect("there are scenarios")
    }

    fn value(&self, rng: &mut Stream) -> String {
        match rng.below(6) {
            0 => (*rng.choose(&NUMBERS).expect("some")).to_owned(),
            1 => format!("\"{}{}\"", pick(&NUMBERS, rng), pick(&UNITS, rng)),
            2 => format!("\"{}\"", self.word(rng)),
            _ => rng.choose(&self.values).expect("some").clone(),
        }
    }

    fn word(&self, rng: &mut Stream) -> &str {
        rng.choose(&self.words).expect("some")
    }

    fn slot(&self, rng: &mut Stream) -> (&Slot, String) {
        let slot = rng.choose(&self.slots).expect("some");
        match rng.choose(&slot.values) {
            Some(own) if rng.below(3) > 0 => (slot, own.clone()),
            Some(_) | None => (slot, self.value(rng)),
        }
    }

    /// Random tables, keys and values from the tables of options.
    fn structured(&self, rng: &mut Stream) -> String {
        let mut out = String::from("schema = 1\n");
        let mut by_section: std::collections::BTreeMap<String, Vec<String>> = Default::default();
        let wanted = 1 + rng.below(24);
        for _ in 0..wanted {
            let (slot, value) = self.slot(rng);
            by_section.entry(slot.section.clone()).or_default().push(format!("{} = {value}", slot.key));
        }
        if rng.below(3) > 0 {
            by_section.entry("system.kv".to_owned()).or_default().push("type = \"raft\"".to_owned());
            by_section.entry(String::new()).or_default().push("duration = \"10s\"".to_owned());
            let load = by_section.entry("workload.w".to_owned()).or_default();
            load.push("target = \"kv\"\narrival = \"poisson(10/s)\"".to_owned());
        }
        for (section, mut lines) in by_section {
            if rng.below(20) > 0 {
                lines.sort();
                lines.dedup_by_key(|line| line.split(" = ").next().unwrap_or("").to_owned());
            }
            let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
            out.push_str(&format!("{header}{}\n", lines.join("\n")));
        }
        out
    }

    fn noise(&self, rng: &mut Stream) -> String {
        let mut out = String::new();
        for _ in 0..rng.below(60) {
            match rng.below(4) {
                0 => out.push_str(self.word(rng)),
                1 => out.push_str(&self.value(rng)),
                2 => out.extend(char::from_u32(rng.below(0x300))),
                _ => out.push_str(pick(&SCRAPS, rng)),
            }
        }
        out
    }

    fn setting(&self, rng: &mut Stream) -> String {
        let (slot, value) = self.slot(rng);
        let mut set = match slot.section.as_str() {
            "" => format!("{}={value}", slot.key),
            section => format!("{section}.{}={value}", slot.key),
        };
        for _ in 0..rng.below(3) {
            set = self.touched(set, rng);
        }
        set
    }

    fn mutated(&self, text: String, rng: &mut Stream) -> String {
        match rng.below(16) {
            0..=4 => self.touched(text, rng),
            5 | 6 => self.line_changed(&text, rng),
            7 | 8 => self.line_added(&text, rng),
            9 => self.spliced(&text, rng),
            10 | 11 => self.value_replaced(&text, rng),
            12 => self.swept(&text, rng),
            13 => nested(&text, rng),
            14 => slipped(text, rng),
            _ if rng.below(40) == 0 => self.grown(&text, rng),
            _ => self.touched(text, rng),
        }
    }

    /// One token replaced, left out, doubled or joined by another.
    fn touched(&self, text: String, rng: &mut Stream) -> String {
        let mut tokens: Vec<String> = tokens(&text).into_iter().map(str::to_owned).collect();
        if tokens.is_empty() {
            return self.noise(rng);
        }
        let at = rng.below(tokens.len() as u32) as usize;
        let is_number = tokens[at].starts_with(|c: char| c.is_ascii_digit());
        let other = match rng.below(8) {
            0 | 1 if is_number => pick(&NUMBERS, rng).to_owned(),
            2 if is_number => pick(&UNITS, rng).to_owned(),
            0..=3 => self.word(rng).to_owned(),
            4 => pick(&SCRAPS, rng).to_owned(),
            5 => self.value(rng),
            6 => char::from_u32(rng.below(0x3000)).map_or(String::new(), String::from),
            _ => tokens[rng.below(tokens.len() as u32) as usize].clone(),
        };
        match rng.below(6) {
            0 => tokens[at].clear(),
            1 => tokens[at] = tokens[at].repeat(1 + rng.below(4) as usize),
            2 => tokens[at].push_str(&other),
            3 => {
                let to = rng.below(tokens.len() as u32) as usize;
                tokens.swap(at, to);
            }
            _ => tokens[at] = other,
        }
        tokens.concat()
    }

    fn line_changed(&self, text: &str, rng: &mut Stream) -> String {
        let mut lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            return String::new();
        }
        let from = rng.below(lines.len() as u32) as usize;
        let to = (from + 1 + rng.below(4) as usize).min(lines.len());
        let other = rng.below(lines.len() as u32) as usize;
        match rng.below(5) {
            0 => drop(lines.drain(from..to)),
            1 => lines.swap(from, other),
            2 => {
                let part: Vec<&str> = lines[from..to].to_vec();
                lines.splice(other..other, part);
            }
            3 => lines.truncate(from),
            _ => {
                let part: Vec<&str> = lines.drain(from..to).collect();
                let at = other.min(lines.len());
                lines.splice(at..at, part);
            }
        }
        lines.join("\n") + "\n"
    }

    fn line_added(&self, text: &str, rng: &mut Stream) -> String {
        let (slot, value) = self.slot(rng);
        let line = format!("{} = {value}", slot.key);
        let header = format!("[{}]", slot.section);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        match lines.iter().position(|line| *line == header) {
            Some(at) if rng.below(4) > 0 => lines.insert(at + 1, line),
            Some(_) | None if rng.below(2) == 0 => {
                let at = rng.below(lines.len() as u32 + 1) as usize;
                lines.insert(at, line);
            }
            Some(_) | None => lines.push(format!("{header}\n{line}")),
        }
        lines.join("\n") + "\n"
    }

    fn spliced(&self, text: &str, rng: &mut Stream) -> String {
        let (a, b): (Vec<&str>, Vec<&str>) = (text.lines().collect(), self.scenario(rng).lines().collect());
        let (from, to) = (rng.below(a.len() as u32 + 1) as usize, rng.below(b.len() as u32 + 1) as usize);
        [&a[..from], &b[to..]].concat().join("\n") + "\n"
    }

    fn value_replaced(&self, text: &str, rng: &mut Stream) -> String {
        let value = self.value(rng);
        with_value(text, rng, |_| value)
    }

    /// A value becomes a variable of a sweep.
    fn swept(&self, text: &str, rng: &mut Stream) -> String {
        let values: Vec<String> = (0..rng.below(5)).map(|_| self.value(rng)).collect();
        let mut list = values.join(", ");
        let inside = rng.below(2) == 0;
        let swept = with_value(text, rng, |value| match inside {
            true => value.replacen(|c: char| c.is_ascii_digit(), "${x}", 1),
            false => {
                list = format!("{value}, {list}");
                "\"${x}\"".to_owned()
            }
        });
        let filter = if rng.below(4) == 0 { "where = \"x < 5ms and not x == 'a'\"\n" } else { "" };
        if swept.contains("[sweep]") {
            swept.replacen("[sweep]", &format!("[sweep]\nvars.x = [{list}]\n{filter}"), 1)
        } else {
            format!("{swept}\n[sweep]\nvars.x = [{list}]\n{filter}")
        }
    }

    /// Very much of something.
    fn grown(&self, text: &str, rng: &mut Stream) -> String {
        let count = [100, 1_000, 5_000, 20_000, 100_000][rng.below(5) as usize];
        let (slot, value) = self.slot(rng);
        let prefix = if slot.section.is_empty() { String::new() } else { format!("{}.", slot.section) };
        let form = rng.below(9);
        let mut out = String::new();
        for number in 0..count {
            match form {
                0 => out.push_str(&format!("k{number} = {value}\n")),
                1 => out.push_str(&format!("{prefix}k{number} = {value}\n")),
                2 => out.push_str(&format!(
                    "[system.s{number}]\ntype = \"service\"\nnodes = 1\nwork = \"1ms\"\n"
                )),
                3 => out.push_str(&format!(
                    "[fault.f{number}]\ndo = \"crash\"\nat = \"{number}ms\"\ntarget = \"any(kv)\"\n"
                )),
                4 => {
                    out.push_str(&format!("[check.c{number}]\nmetric = \"latency_p99\"\nassert = \"< 1s\"\n"))
                }
                5 => out.push_str(&format!("{value}, ")),
                6 => out.push_str(&format!("\"v{number}\", ")),
                7 => out.push_str(&format!(
                    "\n[workload.w{number}]\ntarget = \"kv\"\narrival = \"poisson(1/s)\""
                )),
                _ => out.push_str(&format!("[fault.x.k{number}]\n{} = {value}\n", slot.key)),
            }
            if out.len() > BYTES_MAX {
                break;
            }
        }
        match form {
            5 => format!("{text}\n[sweep]\nvars.x = [{out}]\nvars.y = [{out}]\n"),
            6 => with_value(text, rng, |_| format!("[{out}]")),
            _ => format!("{text}\n{out}"),
        }
    }
}

fn pick<'a>(list: &[&'a str], rng: &mut Stream) -> &'a str {
    rng.choose(list).expect("no list is empty")
}

/// At most [`BYTES_MAX`] bytes, of whole characters.
fn clip(text: &mut String) {
    if text.len() > BYTES_MAX {
        let end = (0..=BYTES_MAX).rev().find(|end| text.is_char_boundary(*end)).expect("0 is one");
        text.truncate(end);
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic()) && token.len() > 1
}

/// Words, numbers, and single other characters.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_ascii_alphabetic() || c == '_' || c == '-' => 1,
        c if c.is_ascii_digit() || c == '.' => 2,
        ' ' => 3,
        _ => 0,
    };
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match class(first) {
            0 => first.len_utf8(),
            own => rest.find(|c| class(c) != own).unwrap_or(rest.len()),
        };
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
    found
}

/// The text with the value of one of its lines replaced.
fn with_value(text: &str, rng: &mut Stream, change: impl FnOnce(&str) -> String) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let with_values: Vec<usize> = (0..lines.len()).filter(|line| lines[*line].contains(" = ")).collect();
    let Some(at) = rng.choose(&with_values) else { return text.to_owned() };
    let (key, value) = lines[*at].split_once(" = ").expect("it was just seen");
    let changed = format!("{key} = {}", change(value));
    let mut lines: Vec<&str> = lines;
    lines[*at] = &changed;
    lines.join("\n") + "\n"
}

/// A value deep inside lists, tables or calls.
fn nested(text: &str, rng: &mut Stream) -> String {
    let depth = [1, 2, 10, 17, 50, 100, 1_000, 10_000, 100_000][rng.below(9) as usize];
    let form = rng.below(5);
    with_value(text, rng, |value| {
        let plain = value.trim_matches('"');
        let (open, close): (&str, &str) = match form {
            0 => ("[", "]"),
            1 => ("{ a = ", " }"),
            2 => return format!("\"{}{plain}{}\"", "mixture(1: ".repeat(depth), ")".repeat(depth)),
            3 => return format!("\"{}{plain}\"", "f(".repeat(depth)),
            _ => return format!("{value}\n[{}z]", "x.".repeat(depth)),
        };
        format!("{}{value}{}", open.repeat(depth), close.repeat(depth))
    })
}

/// One character lost, doubled, exchanged with its neighbour or replaced.
fn slipped(text: String, rng: &mut Stream) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    if characters.len() < 2 {
        return text;
    }
    let at = rng.below(characters.len() as u32 - 1) as usize;
    match rng.below(4) {
        0 => drop(characters.remove(at)),
        1 => characters.insert(at, characters[at]),
        2 => characters.swap(at, at + 1),
        _ => characters[at] = char::from_u32(rng.below(0x11_0000)).unwrap_or('?'),
    }
    characters.into_iter().collect()
}
