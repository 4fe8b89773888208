using StoreConformance.LiteDb;
using Xunit.Runner.InProc.SystemConsole;

return args is [LiteDbWriterProcess.Command, var directory, var round]
    ? await LiteDbWriterProcess.RunAsync(directory, round)
    : await ConsoleRunner.Run(args);
