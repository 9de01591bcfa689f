//! Imported functions of the host. Only [`super::host`] calls them.
//!
//! A function is declared `safe` if it takes numbers and references alone; a function with a
//! pointer and a length is not.

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    pub(super) fn proxy_log(level: u32, message: *const u8, size: usize) -> u32;
    pub(super) safe fn proxy_get_log_level(level: &mut u32) -> u32;
    pub(super) safe fn proxy_get_current_time_nanoseconds(nanoseconds: &mut u64) -> u32;
    pub(super) safe fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
    pub(super) safe fn proxy_set_effective_context(context: u32) -> u32;
    pub(super) safe fn proxy_continue_stream(stream: u32) -> u32;
    pub(super) safe fn proxy_get_header_map_pairs(map: u32, data: &mut usize, size: &mut usize) -> u32;
    pub(super) fn proxy_replace_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    pub(super) fn proxy_remove_header_map_value(map: u32, name: *const u8, name_size: usize) -> u32;
    pub(super) safe fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        length: usize,
        data: &mut usize,
        size: &mut usize,
    ) -> u32;
    pub(super) fn proxy_set_buffer_bytes(buffer: u32, start: usize, length: usize, data: *const u8, size: usize)
    -> u32;
    pub(super) fn proxy_get_property(path: *const u8, path_size: usize, data: &mut usize, size: &mut usize) -> u32;
    pub(super) fn proxy_set_property(path: *const u8, path_size: usize, value: *const u8, value_size: usize) -> u32;
    pub(super) fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        data: &mut usize,
        size: &mut usize,
        version: &mut u32,
    ) -> u32;
    pub(super) safe fn proxy_close_stream(stream: u32) -> u32;
    pub(super) fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, id: &mut u32) -> u32;
    pub(super) safe fn proxy_increment_metric(id: u32, by: i64) -> u32;
    pub(super) safe fn proxy_record_metric(id: u32, value: u64) -> u32;
    pub(super) fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
        version: u32,
    ) -> u32;
    pub(super) fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_size: usize,
        body: *const u8,
        body_size: usize,
        headers: *const u8,
        headers_size: usize,
        grpc_status: i32,
    ) -> u32;
    pub(super) fn proxy_http_call(
        cluster: *const u8,
        cluster_size: usize,
        headers: *const u8,
        headers_size: usize,
        body: *const u8,
        body_size: usize,
        trailers: *const u8,
        trailers_size: usize,
        timeout_milliseconds: u32,
        token: &mut u32,
    ) -> u32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    pub(super) safe fn environ_sizes_get(count: &mut usize, size: &mut usize) -> u32;
    pub(super) fn environ_get(pointers: *mut usize, text: *mut u8) -> u32;
    pub(super) fn random_get(bytes: *mut u8, size: usize) -> u32;
}
