//! Compiles the interface when the feature `ui` asks for one.

fn main() {
    #[cfg(feature = "ui")]
    compile_interface();
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
        .with_default_translation_context(DefaultTranslationContext::None);
    if translations.is_dir() {
        configuration = configuration.with_bundled_translations(translations);
    }
    slint_build::compile_with_config("ui/app.slint", configuration).expect("ui/app.slint does not compile");
}
