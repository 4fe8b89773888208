using System.Runtime.InteropServices;
using Dhis2Grpc.Client.CommandLine;

using var interrupted = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await new Dhis2CommandLine(Terminal.OfProcess()).RunAsync(args, interrupted.Token);

// The first signal ends the command in order, the second at once.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
}
