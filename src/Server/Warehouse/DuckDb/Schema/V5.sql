-- Versions of metadata: made here, or imported from the central server.
create table metadataversion (
    uid varchar not null, name varchar not null,
    versiontype varchar not null,       -- BEST_EFFORT or ATOMIC
    created timestamp not null,         -- at the server that made it
    importdate timestamp,               -- null: made here
    hashcode varchar not null           -- MD5 of the snapshot's text
);

-- Snapshots of versions, and such as wait for their import. The text is kept as gzip, in parts, and never changes.
create table metadatasnapshot (
    snapshotid varchar not null, name varchar not null, hashcode varchar not null,
    size bigint not null                -- bytes of the text
);
create table metadatasnapshotpart (snapshotid varchar not null, position integer not null, content blob not null);

-- The stored objects as the last version that was made here found them, by the MD5 of their JSON.
create table metadataversionobject (type varchar not null, uid varchar not null, content hugeint not null);
