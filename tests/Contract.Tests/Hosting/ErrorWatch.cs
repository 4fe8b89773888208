using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Contract.Tests.Hosting;

/// <summary>Remembers the errors that the server logged.</summary>
internal sealed class ErrorWatch : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly ConcurrentBag<string> _expected = [];

    public void Expect(string containing) => _expected.Add(containing);

    /// <summary>Fails when there was an error that nobody expected.</summary>
    public void Check()
    {
        var unexpected = _errors.Where(e => !_expected.Any(x => e.Contains(x, StringComparison.Ordinal))).ToList();
        Assert.True(unexpected.Count == 0, "The server logged errors:\n" + string.Join('\n', unexpected));
    }

    public ILogger CreateLogger(string categoryName) => new ErrorLogger(categoryName, _errors);

    public void Dispose()
    {
    }

    private sealed class ErrorLogger(string category, ConcurrentQueue<string> errors) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
                errors.Enqueue($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}
