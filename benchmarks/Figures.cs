using System.Diagnostics;
using System.Globalization;

namespace Dhis2Grpc.Benchmarks;

/// <summary>Measures and prints.</summary>
internal static class Figures
{
    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values) => Percentile([.. values], 0.5);

    /// <summary>The value below which the share of all values lies.</summary>
    public static double Percentile(double[] values, double share)
    {
        if (values.Length == 0)
            return double.NaN;
        Array.Sort(values);
        return values[(int)Math.Min(values.Length - 1, values.Length * share)];
    }

    /// <summary>Runs and prints how long it took.</summary>
    public static async Task<TimeSpan> TimeAsync(string what, Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        var elapsed = Stopwatch.GetElapsedTime(start);
        Print($"  {what,-44} {elapsed.TotalSeconds,9:F3} s");
        return elapsed;
    }

    /// <summary>Prints a line.</summary>
    public static void Print(FormattableString line) =>
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Processor time of another process and, with <paramref name="children"/>, of all its children, dead
    /// ones included.</summary>
    public static TimeSpan Cpu(int process, bool children = false)
    {
        long ticks = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id))
                continue;
            if (Stat(folder) is not { } stat || (id != process && !(children && stat[1] == Text(process))))
                continue;
            ticks += Number(stat[11]) + Number(stat[12]);
            if (id == process && children)
                ticks += Number(stat[13]) + Number(stat[14]);
        }

        const int ticksPerSecond = 100;
        return TimeSpan.FromSeconds((double)ticks / ticksPerSecond);
    }

    /// <summary>Resident memory of another process, in MB.</summary>
    public static long ResidentMegabytes(int process) => Status(process, "VmRSS:");

    /// <summary>Largest resident memory of this process so far, in MB.</summary>
    public static long PeakMegabytes() => PeakMegabytes(Environment.ProcessId);

    /// <summary>Largest resident memory of another process so far, in MB.</summary>
    public static long PeakMegabytes(int process) => Status(process, "VmHWM:");

    private static long Status(int process, string name)
    {
        foreach (var line in File.ReadLines($"/proc/{process}/status"))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
                return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Trim()) / 1024;
        }

        return 0;
    }

    private static string[]? Stat(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // The process has ended meanwhile.
        }
    }

    private static long Number(string text) =>
        long.Parse(text.Replace("VmRSS:\t", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
