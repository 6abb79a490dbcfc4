import CLinux

/// Gives memory that nobody uses back to the system. The allocator keeps what lies between pieces in use, and would keep for
/// ever what ten thousand connections needed for a minute. Every allocation of the process may wait for it, for milliseconds.
package func returnFreeMemory() { malloc_trim(0) }
