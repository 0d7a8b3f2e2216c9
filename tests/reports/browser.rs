//! The HTML report in headless Chromium: nothing in it runs, loads or spills over, its text can be read in light and
//! dark, and there is something to see. `UPTOSPEC_SCREENSHOTS=FOLDER` keeps the pictures.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::hostile::{self, Beacon};
use crate::made::{self, Made};

/// Names under which Chromium is installed.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Longest time that it may take for a page.
const LONGEST: Duration = Duration::from_secs(60);
/// Columns of a phone, and of a screen, in CSS pixels.
const PHONE: usize = 375;
const SCREEN: usize = 1280;
/// Tells Chromium to prefer dark.
const DARK: &str = "--blink-settings=preferredColorScheme=0";

/// The trials; or one that says that there is no Chromium.
pub fn trials() -> Vec<Trial> {
    let runs = |name: &str| Command::new(name).arg("--version").stderr(Stdio::null()).output().is_ok();
    let Some(name) = NAMES.into_iter().find(|name| runs(name)) else {
        return crate::left_out("browser", "there is no Chromium");
    };
    let chromium = Chromium(name);
    let mut trials = vec![
        Trial::test("browser::the_trap_is_armed", move || the_trap_is_armed(chromium)),
        Trial::test("browser::nothing_that_a_target_says_runs_or_loads", move || nothing_runs_or_loads(chromium)),
    ];
    for width in [PHONE, SCREEN] {
        for (scheme, flag) in [("light", None), ("dark", Some(DARK))] {
            let fits = move || fits_and_reads(chromium, width, flag);
            trials.push(Trial::test(format!("browser::fits_and_reads::{width}::{scheme}"), fits));
            let is_seen = move || is_seen(chromium, width, scheme, flag);
            trials.push(Trial::test(format!("browser::is_seen::{width}::{scheme}"), is_seen));
        }
    }
    trials
}

/// The browser, by the name of its program.
#[derive(Debug, Clone, Copy)]
struct Chromium(&'static str);

impl Chromium {
    /// What it prints when it has loaded a page.
    fn run(self, page: &Path, flags: &[&str]) -> Result<String, Failed> {
        let profile = tempfile::tempdir()?;
        let mut command = Command::new(self.0);
        command
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--disable-background-networking", "--hide-scrollbars", "--virtual-time-budget=3000"])
            // The page around a report looks into it.
            .args(["--allow-file-access-from-files", "--disable-web-security"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(flags)
            .arg(format!("file://{}", page.display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn()?;
        let mut output = process.stdout.take().ok_or("its output is piped")?;
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            output.read_to_end(&mut text).map(|_| text)
        });
        let began = Instant::now();
        while process.try_wait()?.is_none() {
            if began.elapsed() > LONGEST {
                process.kill()?;
                return Err("Chromium did not end".into());
            }
            sleep(Duration::from_millis(20));
        }
        let text = reader.join().map_err(|_| "its output was read")??;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// What a page of ours measures of a report in a frame of that width, all of it unfolded.
    fn measure(self, report: &Path, width: usize, flag: Option<&str>) -> Result<Value, Failed> {
        let (_folder, page) = around(report, width)?;
        let flags: Vec<_> = ["--dump-dom"].into_iter().chain(flag).collect();
        let dom = self.run(&page, &flags)?;
        let measured = dom.split_once("<pre id=\"measured\">").and_then(|(_, rest)| rest.split_once("</pre>"));
        let (measured, _) = measured.ok_or_else(|| format!("nothing was measured: {dom}"))?;
        Ok(serde_json::from_str(&measured.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))?)
    }
}

/// The page that holds a report in a frame.
fn around(report: &Path, width: usize) -> Result<(tempfile::TempDir, PathBuf), Failed> {
    let folder = tempfile::tempdir()?;
    let page = folder.path().join("measure.html");
    let text = include_str!("measure.html").replace("WIDTH", &width.to_string());
    fs::write(&page, text.replace("REPORT", &report.display().to_string()))?;
    Ok((folder, page))
}

fn report(made: &Made) -> PathBuf {
    made.path.join("report.html")
}

/// What the hostile target says does harm in a page that lets it, so that the next trial proves something.
fn the_trap_is_armed(chromium: Chromium) -> Result<(), Failed> {
    let beacon = Beacon::light();
    let folder = tempfile::tempdir()?;
    let page = folder.path().join("open.html");
    let words = hostile::words(&beacon.url).replace('\0', "");
    fs::write(&page, format!("<!doctype html><meta charset=utf-8><body><p>{words}"))?;
    let dom = chromium.run(&page, &["--dump-dom"])?;
    match (beacon.calls(), dom.contains("<title>owned</title>")) {
        (1.., true) => Ok(()),
        (calls, ran) => Err(format!("{calls} calls, and its script ran: {ran}").into()),
    }
}

fn nothing_runs_or_loads(chromium: Chromium) -> Result<(), Failed> {
    let made = made::hostile()?;
    for (width, flag) in [(PHONE, None), (SCREEN, Some(DARK))] {
        let measured = chromium.measure(&report(made), width, flag)?;
        let is_safe = measured["ran"] == false
            && measured["active"] == Value::Array(Vec::new())
            && measured["styles"] == 1
            && measured["title"] == "uptospec: hostile violations";
        if !is_safe {
            return Err(format!("{measured:#}").into());
        }
    }
    match hostile::beacon().calls() {
        0 => Ok(()),
        calls => Err(format!("{calls} connections were made").into()),
    }
}

/// Nothing is wider than the window, however long a word is, and all text stands out from what is behind it.
fn fits_and_reads(chromium: Chromium, width: usize, flag: Option<&str>) -> Result<(), Failed> {
    for made in [made::examples()?, made::hostile()?] {
        let measured = chromium.measure(&report(made), width, flag)?;
        let fits = measured["width"].as_u64().is_some_and(|wide| wide <= width as u64);
        let is_read = measured["pale"] == Value::Array(Vec::new()) && measured["text"].as_u64() > Some(1_000);
        if !fits || !is_read {
            return Err(format!("{measured:#}").into());
        }
    }
    Ok(())
}

/// A picture of each report has something on it, on a ground as light as was asked for.
fn is_seen(chromium: Chromium, width: usize, scheme: &str, flag: Option<&str>) -> Result<(), Failed> {
    for (name, made) in [("report", made::examples()?), ("hostile", made::hostile()?)] {
        let (folder, page) = around(&report(made), width)?;
        let kept = std::env::var_os("UPTOSPEC_SCREENSHOTS").map(PathBuf::from);
        let picture = kept.as_deref().unwrap_or(folder.path()).join(format!("{name}-{width}-{scheme}.png"));
        let [size, screenshot] = [format!("--window-size={width},2000"), format!("--screenshot={}", picture.display())];
        let flags: Vec<_> = [size.as_str(), &screenshot].into_iter().chain(flag).collect();
        chromium.run(&page, &flags)?;
        let (ground, colours) = look(&picture)?;
        let is_right = if scheme == "dark" { ground < 60 } else { ground > 220 };
        if !is_right || colours < 30 {
            let seen = format!("its ground is as light as {ground} of 255, and it has {colours} colours");
            return Err(format!("{name}: {seen}").into());
        }
    }
    Ok(())
}

/// How light the first corner of a picture is, and how many colours there are.
fn look(picture: &Path) -> Result<(u8, usize), Failed> {
    let mut reader = png::Decoder::new(std::io::BufReader::new(fs::File::open(picture)?)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("it fits into memory")?];
    let info = reader.next_frame(&mut pixels)?;
    let colours: HashSet<_> = pixels.chunks_exact(info.color_type.samples()).collect();
    Ok((pixels.first().copied().unwrap_or_default(), colours.len()))
}
