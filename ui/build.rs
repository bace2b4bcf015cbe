//! Compiles the interface with its translations.

fn main() {
    use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

    let translations = std::path::Path::new("../assets/lang");
    println!("cargo::rerun-if-changed=../assets/lang");
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
    slint_build::compile_with_config("app.slint", configuration).expect("app.slint does not compile");
}
