use super::*;
use crate::contract::text_of;

fn files(text: &str) -> Files {
    Files::of_text("api.yaml", text.to_owned(), None).unwrap()
}

#[test]
fn a_reference_is_followed_through_escapes_indices_and_other_references() {
    let files = files("paths:\n  /a/{b}:\n    get: [{x: 1}]\nshort: {$ref: '#/paths/~1a~1%7Bb%7D'}\n");
    let root = files.root();
    assert_eq!(files.resolve(&root, "#/short/get/0/x").unwrap().pointer, "/paths/~1a~1{b}/get/0/x");
}

#[test]
fn a_reference_that_leads_nowhere_says_where_it_ends() {
    let files = files("components: {schemas: {A: {}}}\nx: {$ref: '#/y'}\ny: {$ref: '#/x'}\nz: {$ref: '#/z/z'}\n");
    let root = files.root();
    let reason = |reference: &str| files.resolve(&root, reference).unwrap_err().message;
    assert_eq!(
        reason("#/components/schemas/B"),
        "`#/components/schemas/B` leads nowhere: `/components/schemas` has no `B`"
    );
    assert_eq!(reason("#/x"), "`#/x` leads back to itself");
    assert!(reason("#/z").contains("itself"), "{}", reason("#/z"));
    assert_eq!(reason("#gone"), "there is no `$anchor` named `gone`");
    assert_eq!(reason("http://x/y"), "`http://x/y` was not read");
}

#[test]
fn anchors_and_ids_are_found() {
    let files = files("a: {$anchor: here, v: 1}\nb: {$id: 'https://x.test/b', v: 2}\n");
    let root = files.root();
    assert_eq!(files.resolve(&root, "#here").unwrap().pointer, "/a");
    assert_eq!(files.resolve(&root, "https://x.test/b#/v").unwrap().pointer, "/b/v");
}

#[test]
fn names_are_resolved_against_those_of_the_schemas_around_them() {
    let files = files(
        "$self: https://x.test/api/openapi.yaml
components:
  schemas:
    Tree:
      $id: schemas/tree
      $anchor: top
      $defs:
        leaf: {$id: leaf, $anchor: top, v: {$ref: '#top'}}
        up: {$ref: '#/$defs/leaf'}
        far: {$ref: '#/components/schemas/Other'}
        own: {$ref: leaf}
    Other: {a: {$ref: schemas/tree}, b: {$ref: 'https://x.test/api/schemas/leaf#/v'}, c: {$ref: openapi.yaml#/x}}
    Data: {example: {$id: schemas/tree, $ref: gone.yaml}, properties: {example: {$id: 'urn:kept'}}}
x: 1
",
    );
    let root = files.root();
    let at = |pointer: &str| files.resolve(&root, &format!("#{pointer}")).unwrap();
    let leads = |pointer: &str| {
        let from = pointer.rsplit_once('/').unwrap();
        let from = files.target(&root, &format!("#{}", from.0)).unwrap().get(from.1).unwrap();
        files.target(&from, from.text("$ref").unwrap()).map(|target| target.pointer)
    };
    let tree = "/components/schemas/Tree";
    assert_eq!(leads(&format!("{tree}/$defs/up")), Ok(format!("{tree}/$defs/leaf")));
    assert_eq!(leads(&format!("{tree}/$defs/leaf/v")), Ok(format!("{tree}/$defs/leaf")));
    assert_eq!(leads(&format!("{tree}/$defs/own")), Ok(format!("{tree}/$defs/leaf")));
    assert_eq!(leads(&format!("{tree}/$defs/far")), Ok("/components/schemas/Other".to_owned()));
    assert_eq!(leads("/components/schemas/Other/a"), Ok(tree.to_owned()));
    assert_eq!(leads("/components/schemas/Other/b"), Ok(format!("{tree}/$defs/leaf/v")));
    assert_eq!(leads("/components/schemas/Other/c"), Ok("/x".to_owned()));
    assert_eq!(
        files.resolve(&root, "urn:kept").unwrap().pointer,
        at("/components/schemas/Data/properties/example").pointer
    );
}

#[test]
fn a_reference_under_a_name_that_is_a_keyword_elsewhere_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let api = directory.path().join("api.yaml");
    std::fs::write(directory.path().join("parts.yaml"), "ok: 1\n").unwrap();
    std::fs::write(&api, "responses: {default: {$ref: parts.yaml#/ok}, value: {$ref: parts.yaml}}\n").unwrap();
    let files = Files::load(&api).unwrap();
    assert_eq!(files.resolve(&files.root(), "parts.yaml#/ok").unwrap().pointer, "/ok");
}

#[test]
fn files_are_read_within_the_documents_directory_only() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("api");
    std::fs::create_dir_all(inner.join("parts")).unwrap();
    std::fs::write(directory.path().join("secret.yaml"), "a: 1").unwrap();
    std::fs::write(inner.join("parts/pet.yaml"), "up: {$ref: '../root.yaml#/here'}\n").unwrap();
    let text = "here: 1\np: {$ref: parts/pet.yaml#/up}\ns: {$ref: ../secret.yaml}\ng: {$ref: gone.yaml}\n";
    std::fs::write(inner.join("root.yaml"), text).unwrap();
    let files = Files::load(&inner.join("root.yaml")).unwrap();
    let root = files.root();
    let pet = files.resolve(&root, "parts/pet.yaml").unwrap();
    assert_eq!(files.resolve(&root, "parts/pet.yaml#/up").unwrap().pointer, "/here");
    assert!(files.place(&pet).file.ends_with("parts/pet.yaml"));
    let reason = |reference: &str| files.resolve(&root, reference).unwrap_err().message;
    assert_eq!(reason("../secret.yaml"), "`../secret.yaml` is not read: it lies outside the document's directory");
    assert_eq!(reason("gone.yaml"), "`gone.yaml` cannot be read: there is no such file");
}

#[test]
fn what_is_no_text_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let latin = directory.path().join("latin.yaml");
    std::fs::write(&latin, b"a: \xe9\n").unwrap();
    let message = |path: &Path| Files::load(path).unwrap_err().0.message;
    assert_eq!(message(&latin), "the text is not UTF-8: byte 3, on line 1, begins no character");
    assert_eq!(message(directory.path()), "this is a directory");
    assert_eq!(message(&directory.path().join("gone")), "the file cannot be read: there is no such file");
    std::fs::write(&latin, " \n").unwrap();
    assert_eq!(message(&latin), "the file is empty");
}

#[test]
fn utf_16_is_read_where_a_byte_order_mark_says_so() {
    let wide: Vec<u8> = "\u{feff}a: é😀\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(text_of(wide).as_deref(), Ok("\u{feff}a: é😀\n"));
    assert!(text_of(vec![0xfe, 0xff, 0xd8, 0x00]).is_err());
}
