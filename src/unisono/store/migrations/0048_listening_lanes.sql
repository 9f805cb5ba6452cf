-- Up to which message each lane of listening was matched and stored; `stream` says whose count that is.
create table listening_lane (
    lane int primary key,
    stream text not null,
    done bigint not null
);
