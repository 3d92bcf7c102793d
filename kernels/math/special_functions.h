// Special functions of one number, in float and double, as Eigen computes them; here, so that few
// files compile Eigen.
#pragma once

namespace millrace::special {

// Gamma and its kin: the names of the ops.
float Lgamma(float x);
double Lgamma(double x);
float Digamma(float x);
double Digamma(double x);
float Igamma(float a, float x);
double Igamma(double a, double x);
float Igammac(float a, float x);
double Igammac(double a, double x);
float IgammaDerA(float a, float x);
double IgammaDerA(double a, double x);
float Zeta(float a, float x);
double Zeta(double a, double x);
float Polygamma(float a, float x);
double Polygamma(double a, double x);
float Betainc(float a, float b, float x);
double Betainc(double a, double b, double x);

// Bessel functions; those with an "e" are scaled by exp(-|x|) (I) or exp(x) (K).
float BesselI0(float x);
double BesselI0(double x);
float BesselI0e(float x);
double BesselI0e(double x);
float BesselI1(float x);
double BesselI1(double x);
float BesselI1e(float x);
double BesselI1e(double x);
float BesselJ0(float x);
double BesselJ0(double x);
float BesselJ1(float x);
double BesselJ1(double x);
float BesselK0(float x);
double BesselK0(double x);
float BesselK0e(float x);
double BesselK0e(double x);
float BesselK1(float x);
double BesselK1(double x);
float BesselK1e(float x);
double BesselK1e(double x);
float BesselY0(float x);
double BesselY0(double x);
float BesselY1(float x);
double BesselY1(double x);

}  // namespace millrace::special
