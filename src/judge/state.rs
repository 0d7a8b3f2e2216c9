//! Documented refusals that are about what the target holds at the moment, and not about the request.

use super::Evidence;
use crate::contract::{Operation, StatusPattern};

/// What a documented refusal of a valid request says of the target's state; `None` where it says nothing of it, or
/// the document does not name that very status.
///
/// A 404 or 410 may be right where the document has an operation that deletes what the path names: another
/// request, or another client, may have done so, and where the path names nothing: what is missing then is something
/// else that the request names. Elsewhere nothing can have taken away what was there before.
pub fn refused_for_state(evidence: &Evidence<'_>) -> Option<&'static str> {
    let status = evidence.answer()?.status;
    let operation = evidence.operation();
    if !operation.responses.iter().any(|response| response.status == StatusPattern::Exact(status)) {
        return None;
    }
    match status {
        402 => Some("the account may have nothing left to pay with"),
        404 | 410 if is_deletable(evidence) => Some("what the path names may have been deleted"),
        404 | 410 if !operation.path.contains('{') => Some("something that the request names may not be there"),
        409 => Some("it may exist already, or not be in a state for this"),
        412 | 428 => Some("it may have changed since, or want a condition"),
        423 => Some("it may be locked"),
        424 => Some("what it depends on may have failed"),
        451 => Some("the law may forbid it"),
        _ => None,
    }
}

/// Whether the document has an operation that deletes what the path names, or what that stands in.
fn is_deletable(evidence: &Evidence<'_>) -> bool {
    let path = evidence.operation().path.as_str();
    let takes_away = |other: &Operation| {
        let rest = path.strip_prefix(other.path.as_str());
        other.method == http::Method::DELETE && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    path.contains('{') && evidence.contract.operations.iter().any(|other| takes_away(other))
}

#[cfg(test)]
mod tests {
    use super::super::support::Scene;
    use super::*;

    fn refused(status: u16, documented: StatusPattern, method: http::Method) -> String {
        let mut scene = Scene::new().answer(status, "text/plain", "no");
        scene.document(documented);
        scene.operation.method = method.clone();
        scene.request.method = method;
        scene.says("status/valid-refused").join("")
    }

    #[test]
    fn what_exists_already_is_no_reason_against_the_target() {
        let said = refused(409, StatusPattern::Exact(409), http::Method::POST);
        assert_eq!(
            said,
            "not checked: answered 409, which is documented: it may exist already, or not be in a state for this"
        );
        for documented in [StatusPattern::Class(4), StatusPattern::Default, StatusPattern::Exact(404)] {
            let said = refused(409, documented, http::Method::POST);
            assert_eq!(said, "error: a valid request is refused with 409");
        }
    }

    #[test]
    fn what_can_be_deleted_may_be_gone() {
        let said = |method| refused(404, StatusPattern::Exact(404), method);
        assert!(said(http::Method::DELETE).ends_with("what the path names may have been deleted"));
        assert_eq!(said(http::Method::PUT), "error: a valid request is refused with 404");
    }

    #[test]
    fn what_is_missing_is_not_the_collection_itself() {
        let mut scene = Scene::new().answer(404, "text/plain", "no");
        scene.document(StatusPattern::Exact(404));
        scene.operation.path = "/sessions".to_owned();
        assert_eq!(
            scene.says("status/valid-refused"),
            ["not checked: answered 404, which is documented: something that the request names may not be there"]
        );
    }

    #[test]
    fn a_documented_400_is_about_the_request() {
        let said = refused(400, StatusPattern::Exact(400), http::Method::POST);
        assert_eq!(said, "error: a valid request is refused with 400");
    }
}
