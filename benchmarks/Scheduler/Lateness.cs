using System.Collections.Concurrent;
using System.Diagnostics;

namespace Dhis2Grpc.Benchmarks.Scheduler;

/// <summary>How late job bodies start, and what the process spends meanwhile.</summary>
internal sealed class Lateness
{
    private readonly ConcurrentQueue<double> _milliseconds = [];
    private readonly Process _process = Process.GetCurrentProcess();
    private volatile bool _measuring;
    private TimeSpan _cpu;
    private long _start;
    private long _allocated;

    /// <summary>A job that was due at the second of the minute has started.</summary>
    public void Started(int dueSecond)
    {
        if (!_measuring)
            return;
        _milliseconds.Enqueue(Shape.Late(DateTime.UtcNow.TimeOfDay, dueSecond));
    }

    /// <summary>Measures for so long after the warm-up, and prints.</summary>
    public async Task MeasureAsync(string engine, TimeSpan ready, TimeSpan warmUp, TimeSpan duration)
    {
        _process.Refresh();
        var readyCpu = _process.TotalProcessorTime;
        await Task.Delay(warmUp);
        _process.Refresh();
        _cpu = _process.TotalProcessorTime;
        _allocated = GC.GetTotalAllocatedBytes();
        _start = Stopwatch.GetTimestamp();
        _measuring = true;
        await Task.Delay(duration);
        _measuring = false;
        var elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        _process.Refresh();
        var cpu = _process.TotalProcessorTime - _cpu;
        var allocated = GC.GetTotalAllocatedBytes() - _allocated;
        var all = _milliseconds.ToArray();
        Figures.Print($"{engine,-8} ready in {ready.TotalMilliseconds,5:F0} ms ({readyCpu.TotalMilliseconds:F0} ms CPU); {all.Length / elapsed,6:F0} fires/s; lateness p50 {Figures.Percentile(all, 0.5),6:F2} ms, p99 {Figures.Percentile(all, 0.99),6:F2} ms, max {Figures.Percentile(all, 1),6:F1} ms; CPU {100 * cpu.TotalSeconds / elapsed,5:F1} % of one core, {cpu.TotalMicroseconds / all.Length,6:F1} us/fire, {allocated / all.Length} B/fire; resident {Figures.ResidentMegabytes(Environment.ProcessId)} MB");
    }
}
