//! What else an adapter saw of a resource: for the order, the snapshots and the price of a hold.

use serde::{Deserialize, Serialize};

use super::{Tags, Text};

/// What else AWS says of a resource, in the answer that names it: none of it costs a call.
///
/// A kind that knows none of it leaves it at its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Machines of a group that are in service now.
    pub in_service: u32,
    /// Whether a group asks for more than is in service now.
    pub lacking: bool,
    /// The ARNs of the target groups through which a group's machines get their traffic.
    pub target_groups: Vec<String>,
    /// What it runs on, as the price book names it. Empty where nobody knows (a group asleep).
    pub runs_on: Vec<Part>,
    /// The name of the cluster that it sleeps and wakes with, if it is a member of one.
    pub member_of: Option<String>,
    /// Whether a snapshot can be taken while it stops.
    pub snapshots: Snapshots,
    /// The daily window in which AWS backs it up while it is available (`03:00-04:00`, UTC); none
    /// where AWS does not, or backs up all the time.
    pub backup_window: Option<String>,
    /// What stops with it, where the answer that names it names these too.
    pub members: Vec<Member>,
    /// How many machines its warm pool keeps running while it is at zero.
    pub warm_pool: u32,
    /// Why AWS stopped it again after it had been started, if it did.
    pub start_failure: Option<(StartFailure, String)>,
}

/// Something that stops with a resource, or that a resource belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name people know it by.
    pub name: String,
    /// All its tags.
    pub tags: Tags,
}

/// Why AWS stops a machine again that it has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFailure {
    /// The disks cannot be attached: as a rule their KMS key may not be used.
    Key,
    /// The account has no room for the disks.
    DiskQuota,
    /// The snapshot of a disk is gone.
    Snapshot,
    /// AWS has no machine of this make free.
    Capacity,
    /// AWS's own fault.
    Internal,
}

impl StartFailure {
    /// What to do about it.
    pub fn remedy(self) -> Text {
        match self {
            Self::Key => Text::fixed(
                "its disks are encrypted with a KMS key that the role that runs Nightcap may not use: allow kms:CreateGrant on that key (with the condition kms:GrantIsForAWSResource), in the role's policy and in the key's",
                "ses disques sont chiffrés par une clé KMS dont le rôle qui exécute Nightcap ne peut se servir : autorisez kms:CreateGrant sur cette clé (avec la condition kms:GrantIsForAWSResource), dans la politique du rôle et dans celle de la clé",
            ),
            Self::DiskQuota => Text::fixed(
                "raise the account's quota for EBS volumes, or delete volumes that nobody uses",
                "augmentez le quota de volumes EBS du compte, ou supprimez les volumes inutilisés",
            ),
            Self::Snapshot => Text::fixed(
                "the snapshot of one of its disks is gone: replace the disk",
                "l'instantané d'un de ses disques n'existe plus : remplacez ce disque",
            ),
            Self::Capacity => Text::fixed(
                "AWS has no such machine free there: every tick tries again; another instance type or zone helps at once",
                "AWS n'a pas de telle machine disponible : chaque passage réessaie ; un autre type ou une autre zone aide aussitôt",
            ),
            Self::Internal => Text::fixed(
                "a fault of AWS's own: every tick tries again; if it stays, ask AWS Support",
                "panne d'AWS : chaque passage réessaie ; si cela dure, demandez au support AWS",
            ),
        }
    }
}

/// Whether a group's machines get their traffic: what its load balancers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Every machine in service is found healthy.
    Healthy,
    /// Not yet, and what is missing.
    Waiting(Text),
    /// It could not be asked.
    Unknown,
}

/// Some machines of one make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The make, as people call it: `t3.small`.
    pub make: String,
    /// The item of the price book: `ec2:t3.small`.
    pub price: String,
    /// How many.
    pub count: u32,
}

/// Whether a snapshot can be taken while a resource stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Snapshots {
    /// It cannot.
    #[default]
    None,
    /// It can, and the snapshot bears the resource's tags: one knows later whose it is.
    Tagged,
    /// It can, and the snapshot bears no tag.
    Untagged,
}
