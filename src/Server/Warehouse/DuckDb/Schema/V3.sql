-- The number of the write that changed a row last, in the order of commits; null while nothing but scripts wrote it.
-- A push selects by it: lastupdated is another server's clock when the row came from there.
create sequence changesequence start 1;
alter table datavalue add column changed bigint;
alter table completedatasetregistration add column changed bigint;

-- Rows that the remote server refused, until it takes them.
create table pushconflict (
    kind varchar not null,              -- member of the document they are sent in, such as dataValues
    objectid bigint not null,           -- data element or data set
    periodid bigint not null, sourceid bigint not null,
    categoryoptioncomboid bigint not null, -- 0 for registrations
    attributeoptioncomboid bigint not null,
    errorcode varchar, message varchar not null,
    firstrejected timestamp not null, lastrejected timestamp not null, attempts integer not null
);
