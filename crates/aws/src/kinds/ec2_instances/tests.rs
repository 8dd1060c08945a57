use super::*;

fn dev_box() -> Instance {
    Instance {
        id: "i-1".to_owned(),
        owner: "111122223333".to_owned(),
        state: "running".to_owned(),
        root_device: "ebs".to_owned(),
        tags: vec![("nightcap:environment".to_owned(), "dev".to_owned())],
        ..Instance::default()
    }
}

fn tagged(key: &str, value: &str) -> Instance {
    let mut instance = dev_box();
    instance.tags.push((key.to_owned(), value.to_owned()));
    instance
}

fn read(instance: &Instance, request: Option<SpotRequest>) -> Resource {
    let requests = request.map(|request| (request.id.clone(), request));
    resource(
        instance,
        &Ok(requests.into_iter().collect()),
        &Region::new("eu-west-3"),
    )
}

fn reason(instance: &Instance, request: Option<SpotRequest>) -> String {
    match read(instance, request).observed {
        Observed::Fixed(text) => text.en.into_owned(),
        other => other.word().to_owned(),
    }
}

#[test]
fn the_states_that_ec2_has() {
    for (state, word) in [
        ("pending", "starting"),
        ("running", "running"),
        ("stopping", "stopping"),
        ("stopped", "stopped"),
        ("shutting-down", "fixed"),
        ("terminated", "fixed"),
        ("", "fixed"),
    ] {
        let mut instance = dev_box();
        instance.state = state.to_owned();
        assert_eq!(read(&instance, None).observed.word(), word, "{state}");
    }
}

#[test]
fn its_name_is_its_tag_and_its_arn_its_number() {
    let resource = read(&tagged("Name", "dev box"), None);
    assert_eq!(resource.name, "dev box");
    assert_eq!(
        resource.arn.as_str(),
        "arn:aws:ec2:eu-west-3:111122223333:instance/i-1"
    );
    assert_eq!(id(&resource, "StopInstances"), Ok("i-1"));
    assert_eq!(read(&tagged("Name", " "), None).name, "i-1");
    let gov = arn(&dev_box(), &Region::new("us-gov-west-1"));
    assert!(
        gov.as_str()
            .starts_with("arn:aws-us-gov:ec2:us-gov-west-1:")
    );
}

#[test]
fn what_something_else_governs_is_left_to_it() {
    for (key, word) in [
        ("aws:autoscaling:groupName", "Auto Scaling group x"),
        ("aws:ec2:fleet-id", "EC2 Fleet x"),
        ("aws:ec2spot:fleet-request-id", "Spot Fleet x"),
        ("aws:elasticmapreduce:job-flow-id", "EMR cluster x"),
    ] {
        let reason = reason(&tagged(key, "x"), None);
        assert!(reason.contains(word), "{reason}");
    }
    let mut managed = dev_box();
    managed.operator = Some("eks.amazonaws.com".to_owned());
    assert_eq!(
        reason(&managed, None),
        "only eks.amazonaws.com may change it"
    );
}

#[test]
fn an_instance_store_root_cannot_stop() {
    let mut instance = dev_box();
    instance.root_device = "instance-store".to_owned();
    assert!(reason(&instance, None).contains("instance store"));
}

fn spot() -> (Instance, SpotRequest) {
    let mut instance = dev_box();
    instance.lifecycle = "spot".to_owned();
    instance.spot_request = "sir-1".to_owned();
    let request = SpotRequest {
        id: "sir-1".to_owned(),
        kind: "persistent".to_owned(),
        state: "active".to_owned(),
        interruption: "stop".to_owned(),
        group: None,
    };
    (instance, request)
}

#[test]
fn a_spot_instance_that_was_asked_for_to_stay_can_stop() {
    let (mut instance, mut request) = spot();
    assert_eq!(reason(&instance, Some(request.clone())), "running");
    instance.state = "stopped".to_owned();
    request.state = "disabled".to_owned();
    assert_eq!(reason(&instance, Some(request)), "stopped");
}

#[test]
fn the_other_spot_instances_are_left_with_their_reason() {
    let (instance, usual) = spot();
    let with = |change: fn(&mut SpotRequest)| {
        let mut request = usual.clone();
        change(&mut request);
        reason(&instance, Some(request))
    };
    for (reason, word) in [
        (reason(&instance, None), "no longer knows"),
        (with(|r| r.kind = "one-time".to_owned()), "one-time"),
        (with(|r| r.state = "cancelled".to_owned()), "cancelled"),
        (with(|r| r.group = Some("g".to_owned())), "group g"),
        (
            with(|r| r.interruption = "terminate".to_owned()),
            "terminate",
        ),
        (
            with(|r| r.interruption = "hibernate".to_owned()),
            "hibernate",
        ),
    ] {
        assert!(reason.contains(word), "{reason}");
    }
}

#[test]
fn spot_requests_that_cannot_be_read_cost_spot_instances_alone() {
    let denied = Err(AwsError {
        service: "ec2",
        operation: "DescribeSpotInstanceRequests",
        cause: Cause::Denied,
        message: "UnauthorizedOperation".to_owned(),
    });
    let region = Region::new("eu-west-3");
    let observed = |instance: &Instance| resource(instance, &denied, &region).observed;
    assert_eq!(observed(&spot().0), Observed::Unread);
    assert_eq!(observed(&dev_box()), Observed::Running);
    let mut governed = spot().0;
    governed
        .tags
        .push(("aws:ec2:fleet-id".to_owned(), "x".to_owned()));
    assert!(matches!(observed(&governed), Observed::Fixed(_)));
}

#[test]
fn why_aws_undid_a_start_is_read_and_a_stop_by_an_order_is_no_failure() {
    let failure = |state: &str, code: &str| {
        let mut instance = dev_box();
        instance.state = state.to_owned();
        instance.state_reason = (code.to_owned(), format!("{code}: on launch"));
        read(&instance, None).facts.start_failure
    };
    let (why, said) = failure("stopped", "Client.InternalError").unwrap();
    assert_eq!(
        (why, said.as_str()),
        (StartFailure::Key, "Client.InternalError: on launch")
    );
    assert!(
        why.remedy().en.contains("kms:CreateGrant") && why.remedy().fr.contains("kms:CreateGrant")
    );
    let capacity = failure("stopped", "Server.InsufficientInstanceCapacity").unwrap();
    assert_eq!(capacity.0, StartFailure::Capacity);
    for code in [
        "Client.UserInitiatedShutdown",
        "Client.InstanceInitiatedShutdown",
        "",
    ] {
        assert_eq!(failure("stopped", code), None, "{code}");
    }
    assert_eq!(failure("running", "Client.InternalError"), None);
}
