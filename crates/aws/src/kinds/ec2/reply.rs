//! What EC2 answers, as far as it is asked.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_types::error::metadata::ErrorMetadata;
use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};
use nightcap_domain::fleet::Member;

/// An instance, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Instance {
    /// `i-0123456789abcdef0`.
    pub(crate) id: String,
    /// The account it belongs to.
    pub(crate) owner: String,
    /// `running`, `stopped`…
    pub(crate) state: String,
    /// `ebs` or `instance-store`.
    pub(crate) root_device: String,
    /// `spot` for a Spot instance, else empty or `scheduled`, `capacity-block`.
    pub(crate) lifecycle: String,
    /// The request that a Spot instance came from.
    pub(crate) spot_request: String,
    /// Why it is in its state, as AWS says it: a code and a sentence.
    pub(crate) state_reason: (String, String),
    /// The AWS service that manages it, where one does.
    pub(crate) operator: Option<String>,
    /// Keys and values.
    pub(crate) tags: Vec<(String, String)>,
}

/// One page of instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// Those on it.
    pub(crate) instances: Vec<Instance>,
    /// What to ask for the next page with.
    pub(crate) next: Option<String>,
}

/// What a Spot instance was asked for with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpotRequest {
    /// `sir-…`.
    pub(crate) id: String,
    /// `one-time` or `persistent`.
    pub(crate) kind: String,
    /// `active`, `disabled` (its instance stopped), `cancelled`, `closed`…
    pub(crate) state: String,
    /// What becomes of the instance when AWS wants it back: `terminate`, `stop`, `hibernate`.
    pub(crate) interruption: String,
    /// The launch group or the group of one availability zone that it belongs to, if it does.
    pub(crate) group: Option<String>,
}

pub(super) fn instances(text: &str) -> Result<Page, BoxError> {
    let mut page = Page::default();
    answer(text, |name, field| match name {
        "nextToken" => {
            page.next = Some(data(field)?).filter(|token| !token.is_empty());
            Ok(())
        }
        "reservationSet" => each(field, |_, reservation| {
            page.instances.extend(reserved(reservation)?);
            Ok(())
        }),
        _ => Ok(()),
    })?;
    Ok(page)
}

pub(super) fn spot_requests(text: &str) -> Result<Vec<SpotRequest>, BoxError> {
    let mut requests = vec![];
    answer(text, |name, field| match name {
        "spotInstanceRequestSet" => each(field, |_, item| {
            requests.push(spot_request(item)?);
            Ok(())
        }),
        _ => Ok(()),
    })?;
    Ok(requests)
}

pub(super) fn done(text: &str) -> Result<(), BoxError> {
    answer(text, |_, _| Ok(()))
}

/// `<Response><Errors><Error><Code>…`, EC2's own form, or `<ErrorResponse><Error><Code>…`.
pub(super) fn refusal(text: &str) -> ErrorMetadata {
    let mut found = (None, None);
    let mut error = |field: &mut Field<'_, '_>| {
        each(field, |name, field| {
            match name {
                "Code" => found.0 = Some(data(field)?),
                "Message" => found.1 = Some(data(field)?),
                _ => {}
            }
            Ok(())
        })
    };
    // What cannot be read has no code, and is told as such.
    let _ = answer(text, |name, field| match name {
        "Errors" => each(field, |_, field| error(field)),
        "Error" => error(field),
        _ => Ok(()),
    });
    let mut refusal = ErrorMetadata::builder();
    if let Some(code) = found.0 {
        refusal = refusal.code(code);
    }
    if let Some(message) = found.1 {
        refusal = refusal.message(message);
    }
    refusal.build()
}

fn reserved(reservation: &mut Field<'_, '_>) -> Result<Vec<Instance>, XmlDecodeError> {
    let (mut owner, mut instances) = (String::new(), vec![]);
    each(reservation, |name, field| match name {
        "ownerId" => {
            owner = data(field)?;
            Ok(())
        }
        "instancesSet" => each(field, |_, item| {
            instances.push(instance(item)?);
            Ok(())
        }),
        _ => Ok(()),
    })?;
    for instance in &mut instances {
        instance.owner.clone_from(&owner);
    }
    Ok(instances)
}

fn instance(item: &mut Field<'_, '_>) -> Result<Instance, XmlDecodeError> {
    let mut instance = Instance::default();
    each(item, |name, field| {
        match name {
            "instanceId" => instance.id = data(field)?,
            "rootDeviceType" => instance.root_device = data(field)?,
            "instanceLifecycle" => instance.lifecycle = data(field)?,
            "spotInstanceRequestId" => instance.spot_request = data(field)?,
            "instanceState" => {
                each(field, |name, field| {
                    if name == "name" {
                        instance.state = data(field)?;
                    }
                    Ok(())
                })?;
            }
            "stateReason" => instance.state_reason = reason(field)?,
            "operator" => instance.operator = operator(field)?,
            "tagSet" => each(field, |_, item| {
                instance.tags.push(tag(item)?);
                Ok(())
            })?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(instance)
}

fn reason(field: &mut Field<'_, '_>) -> Result<(String, String), XmlDecodeError> {
    let mut reason = (String::new(), String::new());
    each(field, |name, field| {
        match name {
            "code" => reason.0 = data(field)?,
            "message" => reason.1 = data(field)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(reason)
}

impl From<&Instance> for Member {
    fn from(instance: &Instance) -> Self {
        let tags = instance.tags.iter();
        Self {
            name: instance.id.clone(),
            tags: tags.map(|(key, value)| (key, value)).collect(),
        }
    }
}

fn operator(field: &mut Field<'_, '_>) -> Result<Option<String>, XmlDecodeError> {
    let (mut managed, mut principal) = (false, String::new());
    each(field, |name, field| {
        match name {
            "managed" => managed = data(field)? == "true",
            "principal" => principal = data(field)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(managed.then_some(principal))
}

fn tag(item: &mut Field<'_, '_>) -> Result<(String, String), XmlDecodeError> {
    let mut tag = (String::new(), String::new());
    each(item, |name, field| {
        match name {
            "key" => tag.0 = data(field)?,
            "value" => tag.1 = data(field)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(tag)
}

fn spot_request(item: &mut Field<'_, '_>) -> Result<SpotRequest, XmlDecodeError> {
    let mut request = SpotRequest::default();
    each(item, |name, field| {
        match name {
            "spotInstanceRequestId" => request.id = data(field)?,
            "type" => request.kind = data(field)?,
            "state" => request.state = data(field)?,
            "instanceInterruptionBehavior" => request.interruption = data(field)?,
            "launchGroup" | "availabilityZoneGroup" => request.group = Some(data(field)?),
            _ => {}
        }
        Ok(())
    })?;
    request.group = request.group.filter(|group| !group.is_empty());
    Ok(request)
}

type Field<'inp, 'a> = ScopedDecoder<'inp, 'a>;

/// The fields of an answer's only element.
fn answer<'inp>(
    text: &'inp str,
    take: impl FnMut(&str, &mut Field<'inp, '_>) -> Result<(), XmlDecodeError>,
) -> Result<(), BoxError> {
    let mut document = Document::new(text);
    let mut root = document.root_element()?;
    each(&mut root, take)?;
    Ok(())
}

fn each<'inp>(
    parent: &mut Field<'inp, '_>,
    mut take: impl FnMut(&str, &mut Field<'inp, '_>) -> Result<(), XmlDecodeError>,
) -> Result<(), XmlDecodeError> {
    while let Some(mut field) = parent.next_tag() {
        let name = field.start_el().local().to_owned();
        take(&name, &mut field)?;
    }
    Ok(())
}

fn data(field: &mut Field<'_, '_>) -> Result<String, XmlDecodeError> {
    try_data(field).map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_xml_is_refused() {
        for text in ["", "503", "<"] {
            assert!(instances(text).is_err(), "{text}");
            assert!(spot_requests(text).is_err(), "{text}");
            assert!(done(text).is_err(), "{text}");
            assert_eq!(refusal(text).code(), None, "{text}");
        }
    }

    #[test]
    fn a_refusal_is_read_in_both_forms() {
        let error =
            "<Error><Code>IncorrectInstanceState</Code><Message>a &amp; b</Message></Error>";
        for text in [
            format!("<Response><Errors>{error}</Errors><RequestID>r</RequestID></Response>"),
            format!("<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"),
        ] {
            let refusal = refusal(&text);
            assert_eq!(refusal.code(), Some("IncorrectInstanceState"));
            assert_eq!(refusal.message(), Some("a & b"));
        }
    }
}
