//! Compiles the interface when the feature `ui` asks for one, and keeps the box's program small.

fn main() {
    #[cfg(feature = "ui")]
    compile_interface();
    leave_unwinding_out();
}

/// A release for a 64-bit box carries no tables that only an unwinding panic would read.
///
/// Other architectures keep them: on 32-bit ARM the linker itself needs them, and elsewhere nobody counts.
fn leave_unwinding_out() {
    const SCRIPT: &str = "assets/packaging/no-unwinding.ld";
    println!("cargo::rerun-if-changed={SCRIPT}");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    // `CARGO_CFG_PANIC` knows nothing of profiles; that of a release says `panic = "abort"`.
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let is_box = std::env::var_os("CARGO_FEATURE_BOX").is_some();
    if is_release && is_box && target("ARCH") == "aarch64" && target("OS") == "linux" {
        let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo::rustc-link-arg-bin=bonus-tv=-Wl,-T,{root}/{SCRIPT}");
    }
}

#[cfg(feature = "ui")]
fn compile_interface() {
    use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

    let translations = std::path::Path::new("assets/lang");
    println!("cargo::rerun-if-changed=assets/lang");
    // No standard widget is used; naming a style keeps the environment from choosing one.
    let mut configuration = CompilerConfiguration::new()
        .with_style("fluent".into())
        .embed_resources(EmbedResourcesKind::EmbedFiles)
        .with_default_translation_context(DefaultTranslationContext::None)
        // Tests and the emulator name the elements they speak of; a release has no room for the names.
        .with_debug_info(std::env::var("PROFILE").is_ok_and(|profile| profile != "release"));
    if translations.is_dir() {
        configuration = configuration.with_bundled_translations(translations);
    }
    slint_build::compile_with_config("ui/app.slint", configuration).expect("ui/app.slint does not compile");
}
