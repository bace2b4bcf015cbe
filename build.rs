//! Keeps the box's program small.

/// A release for a 64-bit box carries no tables that only an unwinding panic would read.
///
/// Other architectures keep them: on 32-bit ARM the linker itself needs them, and elsewhere nobody counts.
fn main() {
    const SCRIPT: &str = "assets/packaging/no-unwinding.ld";
    println!("cargo::rerun-if-changed={SCRIPT}");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    // `CARGO_CFG_PANIC` knows nothing of profiles; that of a release says `panic = "abort"`.
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release && target("ARCH") == "aarch64" && target("OS") == "linux" {
        let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo::rustc-link-arg-bin=bonus-tv=-Wl,-T,{root}/{SCRIPT}");
    }
}
