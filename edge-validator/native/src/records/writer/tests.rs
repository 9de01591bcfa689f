use super::Writer;
use crate::records::folder::RecordFolder;
use crate::records::queue::Entry;
use crate::records::store::RecordStore;
use std::sync::Arc;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

fn entry() -> Entry {
    Entry {
        edge: 1,
        line: "{}".to_owned(),
        waiter: None,
    }
}

#[test]
fn a_write_frees_the_room_of_the_written_records_once() {
    let place = tempfile::tempdir().unwrap();
    let folder = RecordFolder::open(&place.path().join("records")).unwrap();
    let found = folder.recover().unwrap();
    let store = Arc::new(RecordStore::new(folder, found.backlog));
    let mut writer = Writer::new(Arc::clone(&store), 7, found.next_name);
    assert!(store.queue.push(entry()) && store.queue.take(&mut writer.held, LONG));
    assert!(store.queue.push(entry()) && store.queue.push(entry()));
    writer.write().unwrap();
    assert_eq!(store.queue.waiting(), 2, "the records behind the written one");
}
