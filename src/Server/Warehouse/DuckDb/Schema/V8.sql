-- What another node sent of a row last. As long as the row's number of change is the one that stands here, the node has
-- the row as it is, and it is not offered to it.
create table receivedrow (
    kind varchar not null,              -- member of the document they are sent in, such as dataValues
    objectid bigint not null,           -- data element or data set
    periodid bigint not null, sourceid bigint not null,
    categoryoptioncomboid bigint not null, -- 0 for registrations
    attributeoptioncomboid bigint not null,
    systemid varchar not null,          -- of the node
    content ubigint not null,           -- hash of what it sent
    changed bigint                      -- null: it is told, since what it sent may have crossed a change made here
);

-- Nodes that exchange data with this one.
create table datapeer (
    systemid varchar not null, kind varchar not null,
    request bigint,                     -- number of its last request that was taken
    pushed bigint                       -- number of the last write of which it has, or has refused, everything
);
